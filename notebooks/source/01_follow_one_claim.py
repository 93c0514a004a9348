# %% [markdown]
# # 1. What happens to a claim between the visit and the last dollar?
#
# **For** new billers, and everyone who reads a balance
#
# **Takes** 25 minutes
#
# **Before this** [0. Start here](00_start_here.ipynb)
#
# **After this notebook you can**
#
# - read a claim's ledger row by row and say who owes what
# - tell a denial from a write-off
# - find the last day on which something can still be done

# %% [markdown]
# ## Words used here
#
# - **ledger**: The list of every posting with its day; nothing in it is ever changed, a correction is a new row.
# - **contractual adjustment**: The difference between charge and allowed amount; by contract nobody owes it.
# - **transfer**: Moving a balance from one party to the next: two ledger rows that add up to nothing.
# - **denial**: A payer's decision to pay nothing for a service that it was asked to pay.
# - **remedy**: What can still be done about an unpaid claim: file, correct, reopen, appeal, bill the next payer; each has its own limit.

# %%
import arlab
import pandas as pd
from arlab import course
from arlab.course import check, hint

practice = course.start()

# %% [markdown]
# ## 1. A balance is the sum of dated rows
#
# Begin with one claim that you can add up with a pencil. Every posting is a row with a day, whose balance it changes, and an amount. Plus raises what is owed, minus lowers it. (The lines that make this table are folded away. Click the cell and press Shift+Enter.)

# %% tags=["hide-input"]
pencil = pd.DataFrame({"practice_id": "pencil", "claim_id": "one", "kind": "", "responsible": "payer_1",
    "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02", "2026-02-02", "2026-02-02",
                                   "2026-03-09"]),
    "amount": [160.0, -40.0, -80.0, -40.0, 40.0, -10.0]})
pencil["kind"] = ["charge", "contractual", "payer_payment", "transfer", "transfer", "patient_payment"]
pencil.loc[4:, "responsible"] = "patient"
pencil[["posted_date", "kind", "responsible", "amount"]]

# %% [markdown]
# The visit cost 160 dollars by the price list. In February the payer answers: 40 are off by contract, it pays 80, and the last 40 are the patient's share, so they move from one to the other.
#
# Guess with your pencil: who owes how much at the end of February?

# %%
arlab.balances(pencil, as_of="2026-02-28")[["responsible", "balance"]]

# %% [markdown]
# **What you see.** The patient owes 40.00 and the payer 0.00. The payment of March is in the table above, yet it does not count: on the last day of February nobody knew of it. That is what *as of* means.
#
# Change the day to one in January, then to one in March. Can you tell the result before you run it?

# %% [markdown]
# ## 2. The usual way: the payer first, then the patient
#
# Now a claim from your practice. `find_claim` looks for the one with the fewest rows that was paid by the payer, then by the patient, and is settled.

# %%
plain = course.find_claim(practice, "patient share")
course.claim_ledger(practice, plain)

# %% [markdown]
# **What you see.** Each row is one posting, oldest first. The two columns at the right say what payers and patient owe after it. Follow them down: the payers' column falls to nothing on the day of the answer, the patient's rises on that day and falls when the patient pays.
#
# Does every dollar of the charge have a place? Add the rows up by kind.

# %%
course.claim_kinds(practice, plain)

# %% [markdown]
# **What you see.** The charge stands at the top, everything that lowered it below, and nothing is left. The transfer moved money from one party to the other, so its two rows add up to 0.00. AR work ends here, when every dollar is accounted for.

# %% [markdown]
# ## 3. A denial moves no money
#
# The next claim was denied at first. Guess: what happens to the balance on the day of the denial?

# %%
denied = course.find_claim(practice, "denied then paid")
display(course.claim_ledger(practice, denied))
course.claim_sendings(practice, denied)

# %% [markdown]
# **What you see.** The row of the denial has the amount 0.00. What the payers owe is the same before and after it. A denial is a decision, not a payment and not a write-off: the claim stays open until someone acts. Here someone did: the second table shows that a corrected claim was sent. The payer decided anew: it reversed its denial and paid.
#
# The column *why* gives the payer's reason by its number, in our own words. The reason tells you what to mend.
#
# What could be done, and until when? Look at the same claim on two days: the day of the denial, and the practice's day.

# %%
first_day = course.denial_day(practice, denied)
course.compare_remedies(practice, denied, days=[first_day, practice.as_of])

# %% [markdown]
# **What you see.** Each row is a remedy with its last day. *Live* means it can still be done, *used* means it was, *expired* means the day has passed. *Not open yet* means its clock has not started: a second appeal, say, waits for the first decision. The same claim looks different on the two days, and both pictures are right for their day.

# %% [markdown]
# ## 4. Paid is not always kept
#
# A payer can find later that it should not have paid, or not so much, and take the money back. That is a recoupment. Most often it is held back from a later payment, so it is easy to miss.

# %%
taken = course.find_claim(practice, "taken back")
course.claim_ledger(practice, taken)

# %% [markdown]
# **What you see.** The payment is not struck out. The row *taken back by the payer* is a new one, with its own day and a plus, so the payer's column goes up again. Until that day the payment stood in the books, and a report made then was right to count it.

# %% [markdown]
# ## 5. Every claim has a last day
#
# A claim must reach the payer within the filing limit, counted from the visit. Sending is not enough: only the payer's acceptance stops the clock. A claim that was rejected or got lost was never filed, and its clock runs on.
#
# This claim is still open. Here are its sendings, then its remedies on the last day for filing and on the practice's day.

# %%
late = course.find_claim(practice, "filed too late")
course.claim_sendings(practice, late)

# %%
last = course.filing_day(practice, late)
course.compare_remedies(practice, late, days=[last, practice.as_of])

# %% [markdown]
# **What you see.** The one sending got no answer, so the clock ran on. On the last day filing is live; after it, filing has expired. The balance still stands in the books, but the money is lost: a claim that comes too late may not be billed to the patient either.

# %% [markdown]
# ## One caution
#
# An open balance is not money you will get. Until the payer answers, the balance is the full charge, and part of that goes away by contract. After the answer it is nearer to the truth. So a large open balance can be worth less than a smaller one, and a balance with no live remedy can be worth nothing.

# %% [markdown]
# ## Try it
#
# Take the claim of section 2 back in time. Find the first day on which the payer owes nothing any more. Put it in the place of `practice.as_of`, in quotes and with the year first.

# %%
day = practice.as_of

display(course.describe_claim(practice, plain, as_of=day))
check("01-try", day)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. Days go in quotes with the year first. For help, run `hint("01-a")` in a cell of its own.
#
# **a.** How much did the contract allow for the claim of section 2, payer and patient together?
#
# **b.** By how much did the denial itself change what is owed on the claim of section 3?
#
# **c.** What was the last day to file the claim of section 5?

# %%
check("01-a", None)

# %%
check("01-b", None)

# %%
check("01-c", None)

# %% [markdown]
# ## Key points
#
# - A balance on a day is the sum of the rows posted until then. Nothing in the ledger is changed; a correction is a new row.
# - A denial leaves the balance as it is and starts clocks.
# - Filing stops at the payer's acceptance, not at sending.
#
# **On Monday** take one open claim of your own and ask: what can still be done, and until which day?
#
# **Next** [2. Aging](02_aging.ipynb)
#
# ### For the analyst
#
# `ledger.balances` adds whole cents up to `as_of`; `ledger.remedies` gives all remedies of all claims on a day, `ledger.deadlines` the next one that ends. The appeal runs from the first denial by that payer; a later denial of the same claim does not restart it.
