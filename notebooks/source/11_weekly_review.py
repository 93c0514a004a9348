# %% [markdown]
# # 11. What has moved, and where does it get stuck?
#
# **For** billers who sit in the weekly review, and whoever leads it
#
# **Takes** 30 minutes
#
# **Before this** [3. Key measures](03_key_measures.ipynb)
#
# **After this notebook you can**
#
# - explain how AR came from one day to another, to the cent
# - read where the dollars of each bucket went
# - tell a slow week from a payer that has become slow

# %% [markdown]
# ## Words used here
#
# - **waterfall**: Opening balance, every kind of posting in between, closing balance: they add up to the cent.
# - **roll rate**: Of the dollars that would pass a bucket's last day in a week, the share that did so still unpaid.
# - **transfer**: Moving a balance from one party to the next: two ledger rows that add up to nothing.
# - **reversal**: A ledger row that takes back an earlier row, so that the claim can be decided anew.
# - **write-off**: A balance the practice gives up, with a reason.

# %%
import pandas as pd
from arlab import course
from arlab.course import check, hint
from arlab import movement as move
from arlab.plots import plot_roll_matrix, plot_slow_payer, plot_waterfall, plot_weekly_balances, show
practice = course.start()

# %% [markdown]
# ## 1. The same total can hide a busy month
#
# Take a pencil. A practice is owed 160 dollars on Monday. In the week it charges 80, is paid 40, takes 20 off by contract and gives up 10. How much is it owed on the next Monday?

# %%
week = pd.Series({"opening": 160, "charges": 80, "paid": -40, "contractual": -20, "written off": -10})
pd.DataFrame({"dollars": week, "owed so far": week.cumsum()}).rename_axis("step")

# %% [markdown]
# **What you see.** The last line of *owed so far* is the closing balance. If a dollar were missing between the two Mondays, somebody posted something that is on no list. That is why a waterfall must close to the cent.
#
# Now your practice, from the end of last month. Guess: is more owed than before, or less?

# %%
after = "2026-05-31"
steps = move.movement_of(practice, move.waterfall_table, after=after)
show(plot_waterfall(steps), move.describe_waterfall(steps))

# %% [markdown]
# **What you see.** Opening and closing are nearly alike, and much happened in between. Most of what leaves is taken off by contract: nobody owed it. What is paid comes next. *Written off* and *bad debt* are the steps to ask about.

# %%
columns = ["opening", "charges", "payer_paid", "patient_paid", "contractual", "moved", "closing"]
steps.set_index("party")[columns]

# %% [markdown]
# **What you see.** One row for each party. *Moved* adds up to nothing over the rows: what leaves the payers arrives with patients or at the agency. So a payer's balance can fall without a payment. Ask where it went.

# %% [markdown]
# ## 2. Week by week
#
# Two days can be lucky days. Here are the last 13 weeks. Guess whether the old buckets grow.

# %%
weeks = move.movement_of(practice, move.weekly_balance_table)
show(plot_weekly_balances(weeks), move.describe_weekly_balances(weeks))

# %% [markdown]
# **What you see.** One bar for each week, dark parts are old. The height moves with the visits. Look at the dark parts: they show whether old money is worked off.

# %% [markdown]
# ## 3. Where did the dollars of each bucket go?
#
# Follow every dollar that was owed at the end of last month. It is paid, taken off, given up, moved to somebody else, or it is still here and older.

# %%
roll = move.movement_of(practice, move.roll_table, after=after)
show(plot_roll_matrix(roll), move.describe_roll(roll))

# %% [markdown]
# **What you see.** One row for each bucket of that day, one column for each place where its dollars are now. In the young row most is paid or taken off by contract. In the old rows most stays. That is what *old money is hard money* looks like.
#
# Here are the dollars behind it, with what came in below.

# %%
wide = move.roll_wide_table(roll)
wide[["from", "0-30", "31-60", "61-90", "91-120", "over 120", "paid by payer", "written off", "total"]]

# %% [markdown]
# **What you see.** Each row adds up to what was in its bucket (some columns are left out here), each bucket's column to what is in it now. Nothing falls between.

# %% [markdown]
# ## 4. The roll rate: how much passes the edge unpaid?
#
# Each week some dollars reach the last day of their bucket. How many of them are still unpaid a week later? The rate is set against those dollars alone, not against the whole bucket.

# %%
edges = move.movement_of(practice, move.weekly_roll_table)
print(move.describe_weekly_roll(edges))

# %% [markdown]
# **What you see.** Of what reaches day 30, a good part is settled in that week. At the later edges more passes. The last week alone jumps up and down: a few claims decide it.

# %%
recent = edges[edges["to_day"] >= pd.Timestamp(after)]
recent[recent["edge"].isin([30, 60])].rename(columns={"roll_rate": "roll_share"}).drop(columns="from_day")

# %% [markdown]
# **What you see.** *items* are few in each row. So a jump of one week is a question, not yet a finding.

# %% [markdown]
# ## 5. Has a payer become slow?
#
# One payer's answers jump from week to week, too. So each payer is held against its own earlier pace: of the claims that wait with it, how many would have been answered this week? Only when the shortfall adds up over weeks is it an alarm.

# %%
answers = move.slow_payer_series(practice.claims, practice.transactions, practice.submissions, as_of=practice.as_of)
alarms = move.describe_slow_payers(move.slow_payer_table(answers), as_of=practice.as_of, series=answers)
show(plot_slow_payer(answers, payer="Larkmoor Mutual"), alarms)

# %% [markdown]
# **What you see.** The line goes up and down around what was to be expected, and the grey band shows how far it may by chance. A payer that is slow stays below, week after week. A payer's size matters: with a handful of claims it takes longer to notice.

# %% [markdown]
# ## One caution: movement misleads, too
#
# **A write-off looks like progress.** It empties the oldest bucket without a dollar. Read *written off* before you praise.
#
# **A transfer looks like payment.** The payer's balance falls, the patient's rises, and patients pay less often.
#
# **A short month looks slow.** Fewer working days, fewer payments. Compare with the same weeks of other months.
#
# ## Try it
#
# Change `day` to the last day of the quarter before, so that you see the whole quarter. Guess first: is opening or closing higher?

# %%
day = "2026-05-31"

quarter = move.movement_of(practice, move.waterfall_table, after=day)
print(move.describe_waterfall(quarter))
check("11-try", day)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. For help, run `hint("11-a")` in a cell of its own. *Last month* is the time since the day in `after`.
#
# **a.** How many dollars were charged in the last month?
#
# **b.** Of the dollars that were in the bucket 31-60 a month ago, what percentage is still open?
#
# **c.** By how many dollars did AR, credits taken off, change last month? Below zero when it fell.

# %%
check("11-a", None)

# %%
check("11-b", None)

# %%
check("11-c", None)

# %% [markdown]
# ## Key points
#
# - Opening, postings, closing: to the cent, or something is missing.
# - Ask of every dollar that left a bucket: paid, taken off, moved, or given up?
# - The roll rate is set against the dollars that reach the edge.
#
# **On Monday** ask in the review: what left the oldest bucket, and how much of it was money?
#
# **Next** That was the last lesson so far. Go back to [0. Start here](00_start_here.ipynb) for the list.
#
# ### For the analyst
#
# `roll_table` follows dollars first in, first out; `weekly_roll_table` divides by the dollars due to cross that week. From two snapshots `movement_table` shows what two days alone can tell. The same functions take Polars, DuckDB and Spark frames.
