# %% [markdown]
# # 10. Can I read my own export, and can I trust it?
#
# **For** everyone who gets a file of open balances and must answer for its numbers
#
# **Takes** 30 minutes
#
# **Before this** [3. Key measures](03_key_measures.ipynb)
#
# **After this notebook you can**
#
# - say what became of every row and every dollar of a file
# - tell which finding to check first, and what a missing column costs
# - read a file of your own by changing one path

# %% [markdown]
# ## Words used here
#
# - **export**: A list that the billing system writes into a file, such as all open balances of a day.
# - **finding**: Something noticed while a file was read: what, where, and what to do about it.
# - **quarantine**: Rows of a file that could not be used: they are kept apart, each with its reason, and are in no figure.
# - **reconciliation**: The proof that every row and every dollar of a file is accounted for.
# - **aging clock**: The day from which the age is counted: the visit, the first bill, or the day the present party became responsible.

# %%
import arlab
import pandas as pd
from arlab import course
from arlab.course import check, hint
from arlab.reference import data_path

practice = course.start()

# %% [markdown]
# ## 1. A few lines that a person reads at a glance
#
# Begin with a file that you can check with a pencil. It is as untidy as most: titles above, dates in several ways, an amount in words, a row that stands twice, a total below.
#
# Guess: how many rows are balances, and what do they add up to?

# %%
pencil = '''Birch Street Clinic
As of: 03/31/2026
Claim #,Payer,DOS,First Billed,Balance
A1,Oak Health,10/05/2025,10/20/2025,"$1,280.00"
A2,OAK HEALTH,02/10/2026,2026-02-12,160.00
A3,Elm Mutual,03/02/2026,5-Mar-26,(20.00)
A4,Elm Mutual,03/10/2026,03/14/2026,eighty
A5,Elm Mutual,03/12/2026,03/16/2026,40.00
A5,Elm Mutual,03/12/2026,03/16/2026,40.00
Total,,,,"1,540.00"'''
small = course.read_text(pencil)

# %%
display(course.findings_table(small), small.quarantine)
course.reconciliation_table(small)

# %% [markdown]
# **What you see.** First what was noticed, the weightiest on top: row numbers count the lines of the file, so you can look there. Then the rows that could not be used: one has no amount that can be read (nobody guesses that *eighty* means a number), one repeats the row above it. Last the proof: what came in is what was accepted and what was set aside. The amount in parentheses is below zero, a credit: accepted is open less credits. Title lines and the line with the total are no balances and are not counted.
#
# But the total in the file is another one. Can you explain why? The row that stands twice is in the sum and should not be; the amount in words is missing from it. A difference that you can explain to the dollar is no worry.

# %% [markdown]
# ## 2. A whole export
#
# Your practice's billing system wrote its open balances into a file. These are some of its first lines, cut at the right.

# %%
path = data_path("sample/your_export.csv")
for line in path.read_text(encoding="utf-8").splitlines()[:9]:
    print(line[:100])

# %% [markdown]
# Will it tie out? What would you check first?

# %%
own = arlab.read_export(path)
display(course.describe_file(own))
display(course.reconciliation_table(own))
course.findings_table(own)

# %% [markdown]
# **What you see.** The sentence is the verdict: whether all is accounted for, and what to check first. Then the proof and the findings. The report shows the same under *Can I trust this file?* Look at the finding on the totals row: which line of the proof has its amount? So the system, too, counted those rows only once.

# %% [markdown]
# ## 3. Which column is what, and what a missing one costs
#
# No two systems name their columns alike. Names and values together decide what a column holds.

# %%
own.mapping

# %% [markdown]
# **What you see.** Each row is a column of the file and what it was taken for. *Confidence* is lower when only a part of the name, or a part of the values, speaks for it: look at those rows first. If one is wrong, say so with `mapping={"payer": "Carrier"}`.
#
# What has no column costs something. And who is who? Payers are written in many ways.

# %%
display(own.unmapped)
own.payers.head(8)

# %% [markdown]
# **What you see.** First what the file does not have, and what cannot be told without it: no number is better than a wrong one. Ask for those columns once. Then some of the payers: each spelling with the name it goes by, and why the two are one. Names that are merely alike stay apart.

# %% [markdown]
# ## 4. Day first or month first?
#
# Nothing in this file tells how to read its dates. The library takes the month first, as in the United States, and asks in a finding. You may know better.

# %%
two_ways = "Claim #,Payer,DOS,Balance\nB1,Oak Health,03/05/2026,160\nB2,Elm Mutual,04/06/2026,80"
display(course.findings_table(course.read_text(two_ways, as_of="2026-06-30")))
read = [
    arlab.aged_items(course.read_text(two_ways, as_of="2026-06-30", dates=order).practice).assign(order=order)
    for order in ["mdy", "dmy"]
]
arlab.aging_wide_table(pd.concat(read), by=["order"])

# %% [markdown]
# **What you see.** The finding, then both ways to read the file. The total is the same, and every dollar stands in another bucket. So this question is one to ask, not to guess.

# %% [markdown]
# ## 5. Does the file say what the ledger says?
#
# At work you can hardly check this; here the practice's ledger is known. Guess: how many dollars differ?

# %%
sources = {"ledger": practice, "file": own.practice}
aged = [
    arlab.aged_items(source, clock=clock).assign(source=name)
    for clock in ["service", "first_bill"]
    for name, source in sources.items()
]
arlab.aging_wide_table(pd.concat(aged), by=["clock", "source"])

# %% [markdown]
# **What you see.** By each clock the two rows are the same to the cent. The mess was only in the writing. Read the table the other way, too: the clocks differ. A file without first bill dates can give only the rows of the service clock.

# %% [markdown]
# ## One caution: a file that ties out can still be wrong
#
# Some systems keep only the day on which a claim was *last* billed. Say claim A1 of the small file was sent again in March, and its system wrote that day under First Billed.

# %%
resent = course.read_text(pencil.replace("10/20/2025", "03/25/2026"))
print("Both tie out:", small.reconciliation.ties_out and resent.reconciliation.ties_out)
told = [
    arlab.aged_items(found.practice, clock="first_bill").assign(day_written=name)
    for name, found in {"first bill": small, "last bill": resent}.items()
]
arlab.aging_wide_table(pd.concat(told), by=["day_written"])

# %% [markdown]
# **What you see.** Both tie out, and in the second the oldest balance looks young. No program can see this. Ask the maker of the export which day that column holds. A column that is honestly called *Last Billed* is never used as a clock.

# %% [markdown]
# ## What stays private
#
# **Work**: names, contact data and columns without a known meaning are dropped on reading; true dates and claim numbers stay, on this computer alone, so that a biller can work the list. **Share**: what may leave the practice is made by `arlab deid`, and it holds sums only, without names, numbers or true dates, and without small groups of patients.
#
# A notebook keeps what its cells show: clear the outputs before you pass it on.

# %% [markdown]
# ## Try it
#
# Read a file of your own. Lay it beside this notebook and put its name in quotes in the place of `data_path(...)`, such as `"open_balances.xlsx"`. A file that cannot be read is refused in one sentence, which says what to do.

# %%
path = data_path("sample/your_export.csv")

mine = arlab.read_export(path)
display(course.describe_file(mine))
display(course.reconciliation_table(mine))
check("10-try", mine)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. For help, run `hint("10-a")` in a cell of its own.
#
# **a.** How many rows of the whole export are in no figure, because they were set aside?
#
# **b.** By how many dollars do the rows of the whole export add up to more than its totals row says?
#
# **c.** Without the column First Billed, ages count from the visit: how many dollars of the whole export are then older than 90 days?

# %%
check("10-a", None)

# %%
check("10-b", None)

# %%
check("10-c", None)

# %% [markdown]
# ## Key points
#
# - Rows in are rows accepted and rows set aside; dollars the same. Nothing is dropped in silence.
# - Read the verdict, then the findings from the top, then the columns of low confidence.
# - To tie out is needed, and not enough: day and month, and the day a clock starts, are to be asked.
#
# **On Monday** ask for an export with the first bill date, read it, and explain every dollar between its total and that on your system's screen.
#
# **Next** [11. Weekly review](11_weekly_review.ipynb)
#
# ### For the analyst
#
# `read_export` gives an `Import`: `practice` (open items and credits), `mapping`, `unmapped`, `payers`, `findings`, `quarantine`, `reconciliation`, `aside`, `cannot_compute`. What takes a practice takes `own.practice`. `arlab check FILE` prints the same, `arlab report FILE` writes the report.
