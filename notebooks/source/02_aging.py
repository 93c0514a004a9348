# %% [markdown]
# # 2. How old is the money we are owed?
#
# **For** new billers, and everyone who gets an aging report
#
# **Takes** 30 minutes
#
# **Before this** [1. Follow one claim](01_follow_one_claim.ipynb)
#
# **After this notebook you can**
#
# - put a balance in its age bucket, day 30 and day 31 included
# - say which clock an aging report was counted with
# - read an aging report by payer and name what each bucket asks for

# %% [markdown]
# ## Words used here
#
# - **open item**: One balance that one party owes on one claim.
# - **age**: Days from the start of a clock to the as-of day.
# - **bucket**: A span of age, such as 31-60 days.
# - **aging clock**: The day from which the age is counted: the visit, the first bill, or the day the present party became responsible.
# - **credit balance**: Money the practice owes back, to a payer or a patient; never counted against what others owe.

# %%
import arlab
import pandas as pd
from arlab import course
from arlab.course import check, hint
from arlab.plots import plot_aging, plot_aging_by, describe_aging_by, show
practice = course.start()

# %% [markdown]
# ## 1. Day 30 is young, day 31 is not
#
# The usual buckets are 0-30, 31-60, 61-90, 91-120 and over 120 days. Take a pencil and put these seven balances in their buckets. The edges are where people slip.

# %%
pencil = pd.DataFrame({"age_days": [0, 30, 31, 60, 61, 120, 121],
                       "balance": [10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0]})
pencil = arlab.add_bucket(pencil)
pencil[["age_days", "balance", "bucket"]].sort_values("age_days")

# %% [markdown]
# **What you see.** The number in a bucket's name is its last day: 30 is still in 0-30, and 31 is the first day of 31-60. In the same way 120 is in 91-120, and 121 is over 120.
#
# Now add up the dollars of each bucket. Guess the first one before you run the cell.

# %%
arlab.aging_table(pencil)[["bucket", "items", "balance"]]

# %% [markdown]
# **What you see.** The bucket 0-30 holds 2 items and 30.00 dollars. Every bucket is there. An empty one would show zero, because a missing row is easy to overlook.

# %% [markdown]
# ## 2. The whole practice, and what each bucket asks for
#
# Now every open item of your practice. Guess which bucket holds the most.

# %%
items = arlab.aged_items(practice)
table = arlab.aging_table(items)
show(plot_aging(table), arlab.describe_aging(table))
table[["bucket", "items", "balance"]]

# %% [markdown]
# **What you see.** The bars are the balances of the table. Each age asks for another kind of work:
#
# | Bucket | What it asks for |
# |---|---|
# | 0-30 | Was the claim accepted? Watch for early rejections: they are the quickest to mend. |
# | 31-60 | Check the status, correct errors, set the date of the next step. Small errors can still be fixed. |
# | 61-90 | Escalate, and prepare the appeal. |
# | 91-120 | Look at filing limits, appeal rights, and what the payer promised. |
# | over 120 | A senior looks at it, and it is brought to a proper end. |

# %% [markdown]
# ## 3. The clock is a choice
#
# Old since when? You can count from the visit, from the first bill, or from the day the present party became responsible. AR Lab's standard clock counts payers' balances from the first bill and patients' balances from the day they became the patient's.
#
# Guess: which column will be the same for every clock?

# %%
clocks = ["standard", "service", "first_bill", "responsibility"]
by_clock = pd.concat([arlab.aged_items(practice, clock=name) for name in clocks])
arlab.aging_wide_table(by_clock, by=["clock"])

# %% [markdown]
# **What you see.** The total is the same in every row: a clock moves money between buckets and makes none. Counted from the visit, balances can only look as old or older, because the bill comes after the visit. So two reports can both be right and still differ. Ask which clock they used.

# %% [markdown]
# ## 4. Payers and patients are worked apart
#
# A payer gets a call or an appeal. A patient gets a clear statement and kind words. So keep the two apart.

# %%
of_patients = items["responsible"].isin(["patient", "agency"])
items["who_owes"] = of_patients.map({True: "patients", False: "payers"})
arlab.aging_wide_table(items, by=["who_owes"])

# %% [markdown]
# **What you see.** Two rows that add up to the whole practice. *Oldest share* is the part that is in the oldest bucket.
#
# Two kinds of balance wait for nothing: a claim that the payer who owes it has not accepted (*not on file*), and a patient's share that no statement has asked for (*not yet stated*).

# %%
arlab.aging_table(items)[["bucket", "balance", "not_on_file", "not_yet_stated"]]

# %% [markdown]
# **What you see.** Both columns are parts of *balance*. In the youngest bucket they are often normal: the claim went out a few days ago. In an old bucket look at each one: it may have just passed to a second payer, who is to get the claim now. It may also be a claim that never arrived and whose filing limit has ended. Nobody pays before the claim or the statement is sent.

# %% [markdown]
# ## 5. By payer: where to call first
#
# Run the report every day, sort it by payer and amount, and start where the most money is. These are the payers alone.

# %%
payers = items[items["who_owes"] == "payers"]
by_payer = arlab.aging_table(payers, by=["payer"])
show(plot_aging_by(by_payer), describe_aging_by(by_payer))
arlab.aging_wide_table(payers, by=["payer"])

# %% [markdown]
# **What you see.** One row for each payer, the largest first. The picture has one bar for each of the larger payers and one for all the others together; dark parts are old. A long dark part on a short bar is a payer that is slow, or claims that nobody works. Can you find one? Small payers show only in the table: look down *oldest share*.

# %% [markdown]
# ## 6. By reason: why it is old
#
# Put on each payer item why it was denied. Guess: how much of the oldest money was?

# %%
from arlab.denials import add_denial_category, initial_denials
denials = initial_denials(practice.claims, practice.transactions, as_of=practice.as_of, lines=practice.lines)
reasons = add_denial_category(payers, denials)
arlab.aging_wide_table(reasons, by=["denial_category"])[["denial_category", "0-30", "over 120", "total", "oldest_share"]]

# %% [markdown]
# **What you see.** *Not denied* is mostly young: it waits for an answer. Denied money is much older, because somebody has to do something about it. `add_owner` shows in the same way who worked it last.

# %% [markdown]
# ## 7. What the practice owes back
#
# Sometimes a payer or a patient has paid too much. That is a credit balance, a debt of the practice.

# %%
arlab.credit_table(arlab.aging.credit_items(practice), by=["payer"])

# %% [markdown]
# **What you see.** Credits stand in a table of their own, by who is to get the money back. None of it is in the buckets above.

# %% [markdown]
# ## One caution: how aging misleads
#
# **Credits taken off.** A report that sets credits against old balances shows less old money than there is. The old claims are still unpaid, and the credits are still owed.
#
# **Claims made young again.** Some systems start the age anew each time a claim is sent. Then the claim that was sent most often looks youngest. The first bill must stay the first bill.
#
# ## Try it
#
# The edges of the buckets are yours to set. Change `edges` so that the youngest bucket holds the days 0 to 45. Guess what happens to the total.

# %%
edges = (30, 60, 90, 120)

own = arlab.aged_items(practice, edges=edges)
print(arlab.describe_aging(arlab.aging_table(own, buckets=None)))
check("02-try", edges)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. A name goes in quotes. For help, run `hint("02-a")` in a cell of its own.
#
# **a.** How many dollars are older than 90 days, by the standard clock?
#
# **b.** Of the dollars that payers owe, what percentage is older than 90 days, by the standard clock?
#
# **c.** Which payer owes the most money that is older than 90 days, by the standard clock?

# %%
check("02-a", None)

# %%
check("02-b", None)

# %%
check("02-c", None)

# %% [markdown]
# ## Key points
#
# - A bucket's number is its last day.
# - The clock moves money between buckets, never the total. Name the clock.
# - Payers and patients apart, credits apart; nothing is netted.
#
# **On Monday** ask whoever makes your aging report: from which day does it count, and are credits taken off?
#
# **Next** [3. Key measures](03_key_measures.ipynb)
#
# ### For the analyst
#
# `aging_table` groups by the number of the bucket and labels the result; `add_age` holds the clocks, `CLOCKS` says them in words. The buckets are those of the Medical Group Management Association's survey. Amounts are added up in whole cents.
