# %% [markdown]
# # 3. How are we doing, and which number says so?
#
# **For** new billers, and everyone who is shown a scorecard
#
# **Takes** 35 minutes
#
# **Before this** [2. Aging](02_aging.ipynb)
#
# **After this notebook you can**
#
# - name the days in AR that are meant, and say why they differ
# - read a denial rate with what it counts and how sure it is
# - tell a figure that is better from one that only looks better

# %% [markdown]
# ## Words used here
#
# - **days in AR**: How many days of charges are still owed: the money owed, divided by the charges of an average day.
# - **net collection rate**: What was collected of what could be collected: payments over charges less contractual adjustments.
# - **initial denial**: The first decision on the first sending, when it was a denial; it stays one even when the claim is paid later.
# - **baseline**: The practice's own figure of an earlier time, to compare a new one with.
# - **benchmark**: A figure that others have published, with its source, its year and whom it was counted from.

# %%
import pandas as pd
from arlab import course
from arlab.course import check, hint
from arlab.metrics import describe_measure, scorecard, scorecard_wide_table
from arlab.reference import load_benchmarks
practice = course.start()

# %% [markdown]
# ## 1. One name, different numbers
#
# Take a pencil. A small practice is owed 3,200 dollars at its list prices. It charges 100 dollars a day. By contract, 50 of them are taken off. Of the 3,200 it expects to get 1,600.
#
# How many days of charges is it owed? Guess before you run the cell.

# %%
owed = pd.Series({"gross": 3200, "adjusted": 3200, "net": 1600})
a_day = pd.Series({"gross": 100, "adjusted": 50, "net": 50})
pd.DataFrame({"owed": owed, "a_day": a_day, "days": owed / a_day}).rename_axis("days in AR")

# %% [markdown]
# **What you see.** The same money on the same day, and one number is twice as large. *Adjusted* sets list prices above the line against what contracts allow below it. *Net* takes what is expected on both sides. None is wrong. Comparing one with another is.
#
# Now your practice. Which row do you think is the largest?

# %%
days = scorecard(practice, measures=["days_in_ar"])
scorecard_wide_table(days)

# %% [markdown]
# **What you see.** *Published* shows what others report for that same variant: guidance for gross days, a survey for adjusted days. Whoever holds adjusted days against the guidance for gross days sees a practice in trouble that is not.

# %%
print(describe_measure(days, "days_in_ar_gross"))

# %% [markdown]
# **What you see.** The brackets hold the money owed and the charges of one day. Check the division.

# %% [markdown]
# ## 2. The best practices need 22 days. Says who?
#
# You will hear that the best practices are below 22 days. These are the figures we found, each with its source.

# %%
found = load_benchmarks().query("measure == 'days_in_ar'")
found[["population", "statistic", "value", "low", "high", "source", "note"]]

# %% [markdown]
# **What you see.** 22 stands there as a claim: the article ascribes it to a finance association, and there it was not found. The lowest figure from a survey is of optometrists, who send few claims to insurers. Whoever sends claims cannot copy them.
#
# A benchmark without source, year and group is a rumour. Use it as a wish, never as a yardstick.

# %% [markdown]
# ## 3. A denial rate needs a *what* and an *of what*
#
# How many of the claims were denied? Guess whether lines or claims give the higher rate.

# %%
denials = scorecard(practice, measures=["initial_denial_rate", "primary_denial_rate"])
scorecard_wide_table(denials)

# %% [markdown]
# **What you see.** One practice, one day, many rates. A claim counts as denied when all of it is denied. With *any line* it counts when one line is. *Dollars* weighs large claims more. *HFMA month* divides the denials of a month by an average of months before. *Remittance* counts the claims answered in the period, whenever they were sent.
#
# The last row is no denial rate at all: it counts every payment of zero, also when the whole price went to the patient's deductible. It jumps in January, and nobody did anything wrong.

# %%
print(describe_measure(denials, "initial_denial_rate"))

# %% [markdown]
# **What you see.** The interval says how far the rate could be off by chance. While last month's rate lies inside it, nothing has changed that you could know of.

# %% [markdown]
# ## 4. What was collected, of what could be collected?
#
# Payments of this period belong to visits of months ago; charges of this period will be paid months from now. So there are two ways to count. *Matured visits* follows visits until they are paid. *Period* divides this period's payments by this period's charges.
#
# Which of them can be above one hundred percent?

# %%
collected = scorecard(practice, measures=["net_collection_rate", "gross_collection_rate"])
scorecard_wide_table(collected)

# %% [markdown]
# **What you see.** The period's rate is the higher one, and not because anyone works better: it sets money for older visits against new charges, so it moves with volume. Trust the matured visits. The gross rate is low in every practice: it judges the price list.
#
# Bad debt and late filing stay below the line. Taking them off makes any practice look perfect. Ask for that whenever you see a rate near one hundred.

# %% [markdown]
# ## 5. Better than what?
#
# Others have other payers and other patients. Your own past has the same ones. So each figure is set against your practice's own six months before.

# %%
work = scorecard(practice, measures=["charge_lag_days", "days_to_pay", "overturn_rate", "appeal_success_rate"])
scorecard_wide_table(work).drop(columns="95% interval")

# %% [markdown]
# **What you see.** *Compared* says better or worse only when the difference is more than chance, or more than a twentieth of the figure. One row has no figure: too few appeals were decided. *Not available* is an answer. A rate of a handful of cases is not.

# %% [markdown]
# ## One caution: a number can improve while the money is lost
#
# Write off everything older than 120 days, and days in AR fall, the share over 90 days falls, and not one dollar has come in. The same figure rises when a practice grows. So never read a measure alone. Beside days in AR put the net collection rate of matured visits: what was written off is missing there.

# %%
pairs = scorecard(practice, measures=["aged_share", "final_denial_write_off_rate", "bad_debt_rate"])
scorecard_wide_table(pairs)

# %% [markdown]
# **What you see.** Aged shares and, below them, what was given up. When the first fall and the last rise, the money was not collected: it was dropped.

# %% [markdown]
# ## Try it
#
# How many days of charges do you look back on? Change `look_back` to half a year, 180 days. Guess: do the days in AR change, though the same money is owed?

# %%
look_back = 90

own = scorecard(practice, measures=["days_in_ar"], days=look_back, baseline=False)
print(describe_measure(own, "days_in_ar_gross"))
check("03-try", look_back)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. For help, run `hint("03-a")` in a cell of its own.
#
# **a.** How many gross days are in AR by the charges of the last 180 days?
#
# **b.** What percentage of the claims sent was denied whole?
#
# **c.** How many dollars of gross charges make one gross day in AR, by the usual look-back?

# %%
check("03-a", None)

# %%
check("03-b", None)

# %%
check("03-c", None)

# %% [markdown]
# ## Key points
#
# - Days in AR are gross, adjusted or net. Say which, and over how many days.
# - A denial rate says what it counts, of what, and how sure it is.
# - Trust collection of matured visits, your own past, and *not available*.
#
# **On Monday** take the scorecard you are shown and ask of each number: what is above the line, what is below it?
#
# **Next** [10. Your own export](10_your_own_export.ipynb)
#
# ### For the analyst
#
# `scorecard` gives every measure with numerator, denominator, n, Wilson interval, baseline, definition and source; the definitions stand in `data/reference/metric_definitions.csv`. Matured visits are those of 180 days and more before the day, and only when 97% of them are answered. A contractual adjustment is capped at the charge less the expected allowed amount; the rest is shown as misposted and put back.
