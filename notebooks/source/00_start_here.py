# %% [markdown]
# # 0. What is this, and how do I begin?
#
# **For** everyone, from the first day in a billing office. You need no programming.
#
# **Takes** 15 minutes
#
# **Before this** nothing
#
# **After this notebook you can**
#
# - run a cell and change a value in it
# - read a first picture of what a practice is owed
# - find your way through the lessons

# %% [markdown]
# ## Words used here
#
# - **accounts receivable (AR)**: Money owed to the practice for care already given, by payers and by patients.
# - **claim**: The bill for one visit, sent to a payer.
# - **payer**: An insurer or programme that pays for care.
# - **bucket**: A span of age, such as 31-60 days.
# - **as-of date**: The day for which a figure is true; only what was known on that day counts.

# %% [markdown]
# ## A lesson is made of cells
#
# Some cells hold words, like this one. Others hold a few lines for the computer: they have a grey ground and a pair of square brackets at the left.
#
# Click the grey cell below and press **Shift+Enter** (hold Shift, press Enter). The computer does what the lines say, the result appears under the cell, and the next cell is chosen. Go on like this from top to bottom: each cell builds on those above it.
#
# This first cell fetches the tools and opens the practice. It shows nothing, and that is all right.

# %%
import arlab
from arlab import course
from arlab.course import check, hint
from arlab.plots import plot_aging, show

practice = course.start()

# %% [markdown]
# ## You work for a practice that does not exist
#
# AR Lab is a practice range, as a flight simulator is for pilots. It made up a medical practice with its patients, payers, claims, denials and payments. Because it made them, it knows the truth about each, and it can tell you how good your answers are. You can harm no one here.
#
# Here is your practice. Run the cell.

# %%
course.describe_practice(practice)

# %% [markdown]
# **What you see.** The name, how many claims and patients there are, and the as-of date. Everything in these lessons is true for that day, so your results will be the same tomorrow.

# %% [markdown]
# ## Change one value and run again
#
# Nothing breaks when you change a cell. Try it on a small sum: a visit was charged at 160 dollars and 80 have been paid.
#
# Guess what the cell shows, then run it.

# %%
charge = 160
paid = 80
charge - paid

# %% [markdown]
# **What you see.** The last line is worked out and shown: 80 dollars are left.
#
# Now click into the cell, put another number in the place of the 80, and press Shift+Enter once more. The result follows. If you get lost, open the menu *Kernel* and choose *Restart Kernel and Run All Cells*: that runs the whole lesson afresh.

# %% [markdown]
# ## First look: how much is owed, and how old is it?
#
# Care was given, claims were sent, and some of the money has not come yet. That is accounts receivable, AR for short. The older a balance gets, the harder it is to collect, so the first question of the day is always its age.
#
# Guess: is most of the money young or old?

# %%
items = arlab.aged_items(practice)
table = arlab.aging_table(items)
show(plot_aging(table), arlab.describe_aging(table))

# %% [markdown]
# **What you see.** One bar for each bucket of age, the youngest at the left. The height is money. The words under the picture say the same in numbers: the whole sum, the number of open items, and the parts in the youngest and the oldest bucket.
#
# The same as a table:

# %%
table[["bucket", "items", "balance"]]

# %% [markdown]
# **What you see.** Each row is a bucket. *Items* counts the balances in it, *balance* adds up their dollars. You will meet this table again in lesson 2.

# %% [markdown]
# ## One caution
#
# A picture like this is true for one day. Tomorrow payments arrive, new visits are billed, and every balance is a day older. So never write down a sum of AR without its date, and never compare two of them that were counted in different ways.

# %% [markdown]
# ## Try it
#
# Go back in time. In the cell below, `day` is the practice's own day. Put the last day of the month before in its place, in quotes and with the year first, like `"2020-02-29"`. Run the cell and look at the picture. The last line checks your day.

# %%
day = practice.as_of

earlier = arlab.aging_table(arlab.aged_items(practice, as_of=day))
show(plot_aging(earlier), f"On {day}: {arlab.describe_aging(earlier)}")
check("00-try", day)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None` and run the cell. Words go in quotes, numbers do not. For help, open a new cell with the **+** at the top and run `hint("00-a")`.
#
# **a.** Which age bucket holds the most money?
#
# **b.** How many open items does the practice have, over all buckets?

# %%
check("00-a", None)

# %%
check("00-b", None)

# %% [markdown]
# ## These notebooks are your own copies
#
# The lab opens copies that belong to you, in the folder `work/notebooks`. Write in them, change them, break them. The lessons they were made from stay as they are. A copy that you changed is never overwritten: when its lesson is improved later, the new one is laid beside it under another name.

# %% [markdown]
# ## The lessons
#
# | Lesson | You learn |
# |---|---|
# | 0. Start here | how a lesson works (this one) |
# | [1. Follow one claim](01_follow_one_claim.ipynb) | what happens between the visit and the last dollar |
# | [2. Aging](02_aging.ipynb) | how old the money is, and what each age asks for |
# | [3. Key measures](03_key_measures.ipynb) | how the practice is doing, and which number says so |
# | [10. Your own export](10_your_own_export.ipynb) | how to read a file of your own, and whether to trust it |
# | [11. Weekly review](11_weekly_review.ipynb) | what has moved since last week, and where it gets stuck |
#
# More are planned for the numbers between: the key measures, what to work first, why claims are denied.

# %% [markdown]
# ## What happens to data
#
# Nothing leaves this computer. The lab sends nothing, counts nothing and asks no address outside. The lessons use made-up people only. Keep it so: do not paste names, dates of birth or claim numbers of real patients into a lesson.

# %% [markdown]
# ## Key points
#
# - Shift+Enter runs a cell; run them from top to bottom.
# - AR is money owed for care already given, and it is always true *as of* a day.
# - Change a value, run again, see what happens: that is how to learn here.
#
# **On Monday** find out on which day your own aging report was made, and write that date on it.
#
# **Next** [1. Follow one claim](01_follow_one_claim.ipynb)
#
# ### For the analyst
#
# Why believe a practice that was made up? You can hold it against published figures. Each has a band that a practice of this kind should lie in. Figures of few cases swing by chance, so this cell makes a larger practice of the same kind. It takes some seconds.

# %%
from textwrap import fill
from arlab.synth import PRESETS, describe_realism, make_practice, realism_table

large = make_practice(PRESETS["typical"], seed=7)
realism = realism_table(large)
print(fill(f"{len(large.claims):,} claims: {describe_realism(realism)}", width=100))

# %%
rows = ["initial_denial_rate:all", "gross_days_in_ar", "patient_share:january", "appeal_won_share",
        "bucket_share:0_30", "bucket_share:over_120", "over_90_share:patient", "adjusted_days_in_ar",
        "patient_share:january_to_december", "denial_to_resolution_days:paid", "first_pass_rate",
        "allowed_to_charge:commercial"]
chosen = realism[realism["role"].ne("aim")].set_index("measure").loc[rows].reset_index()
display(chosen[["measure", "generated", "low", "high", "published", "basis", "role", "inside", "cases"]])
chosen[["measure", "source"]]

# %% [markdown]
# **What you see.** *Low* to *high* is the band around the published figure. *Basis* S is a published figure and D is derived from one; C is our own choice and proves nothing. The generator was set with the *tuned* rows in view, so they test little. The *held out* rows were never used for setting, so they test it. The sentence names every published band that does not hold.
#
# One caution: published figures differ in year and kind of practice, so the bands are wide, and how wide is our judgement. To lie in them shows that the made-up practice is not strange. It does not show that it is like yours, nor that its figures hang together as in life. The practice of these lessons is smaller, and some of its figures rest on few *cases*: `realism_table(practice)` shows which.
