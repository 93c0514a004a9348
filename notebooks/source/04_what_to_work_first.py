# %% [markdown]
# # 4. What should I work first?
#
# **For** new billers, and everyone who hands out work
#
# **Takes** 35 minutes
#
# **Before this** [3. Key measures](03_key_measures.ipynb)
#
# **After this notebook you can**
#
# - say what a minute on a claim is worth, and put claims in order by it
# - tell a deadline that can still be met from one that has passed
# - read a work list: what to do, why, who does it and when

# %% [markdown]
# ## Words used here
#
# - **work queue**: Open items in the order in which they should be worked, each with its next step, its owner and a day.
# - **expected recovery**: What an item is likely to bring when it is worked now: the dollars to be had, times the chance to get them.
# - **remedy**: What can still be done about an unpaid claim: file, correct, reopen, appeal, bill the next payer; each has its own limit.
# - **work session**: One login or one call to a payer, in which several claims are worked.
# - **credit balance**: Money the practice owes back, to a payer or a patient; never counted against what others owe.

# %%
import pandas as pd
from arlab import course
from arlab.course import check, hint
from arlab.plots import describe_work_curves, plot_work_curves, show
from arlab.priority import QUEUES, Weights, describe_item, describe_points, make_queue, score_items, work_curves
practice = course.start()

# %% [markdown]
# ## 1. The largest balance is not always first
#
# Take a pencil. Four claims are open. The first is large, but nearly lost, and an appeal takes half an hour. Which one would you work first, and which last?

# %%
pencil = pd.DataFrame({"claim": ["large appeal", "small fix", "middle, 3 days left", "limit has passed"],
                       "balance": [800.0, 160.0, 320.0, 640.0], "expected_recovery": [80.0, 120.0, 160.0, 0.0],
                       "minutes": [30, 10, 20, 15], "days_left": [60.0, 90.0, 3.0, None],
                       "remedy_live": [True, True, True, False]})
scored = score_items(pencil)
scored[["claim", "balance", "expected_recovery", "minutes", "dollars_per_minute", "urgency", "value"]]

# %% [markdown]
# **What you see.** *Expected recovery* divided by *minutes* says what a minute brings. The small fix brings more in a minute than the large appeal. The claim with 3 days left has *urgency* above 1, so its *value* rises: what is not done now cannot be done later. The last claim has no way left to be paid. Its balance is large and its value is 0.

# %% [markdown]
# ## 2. The queue of your practice
#
# Now every open item. Guess: is the first one the oldest, the largest, or neither?

# %%
queue = make_queue(practice)
payers = queue.of("payer")
payers[["place", "payer", "balance", "age_days", "category", "action", "minutes", "expected_recovery", "score"]].head(8)

# %% [markdown]
# **What you see.** Neither. Old and young, large and middle stand side by side. *Action* is the next step by the practice's rules. Each row can say in words why it stands where it stands:

# %%
for item in payers.head(3).to_dict("records"):
    print(describe_item(item))

# %% [markdown]
# **What you see.** The balance, the next deadline with its days, and how often such work was won before, here or elsewhere. Where few cases are known, the sentence says so.
#
# The score adds up. Check one with your pencil.

# %%
print(describe_points(payers.iloc[0].to_dict()))

# %% [markdown]
# ## 3. What order is worth
#
# Work for some hours, first the largest balances, then the same hours by the queue. Guess how much more the queue should bring.

# %%
curves = work_curves(payers, hours=8)
show(plot_work_curves(curves), describe_work_curves(curves))

# %% [markdown]
# **What you see.** Both lines end near each other when everything is worked. They part in the first hours, and a working day has only so many. These are expected dollars. Lesson 8 asks what really comes in.

# %% [markdown]
# ## 4. Late, urgent, or over
#
# A list that calls a deadline *near* when it passed months ago makes people work for nothing. So look at what is still open.

# %%
states = payers.assign(left=payers["days_left"].gt(30).map({True: "more than 30 days", False: "30 days or less"}))
states["left"] = states["left"].where(states["days_left"].notna(), "no clock runs")
states.groupby(["remedy_state", "left"]).agg(items=("claim_id", "size"), balance=("balance", "sum")).reset_index()

# %% [markdown]
# **What you see.** An item is *expired* only when no remedy is left. It is never urgent: its next step is a review, whether it can be proved that the payer was wrong, and then a proper end. Everything that is *live* has a day, and it can still be met.

# %% [markdown]
# ## 5. One login serves many claims
#
# You log in once for a payer, or you wait once on the telephone. Then work all its claims.

# %%
queue.sessions[["session", "payer", "channel", "items", "setup_minutes", "minutes", "expected_recovery", "dollars_per_minute"]].head(6)

# %% [markdown]
# **What you see.** Sessions with the most expected dollars for their minutes come first, the set-up counted in. That is what *sort by payer, then by amount* is good at.

# %% [markdown]
# ## 6. Four queues, and one account in one of them
#
# A payer, a patient, money to give back, and a payment that was too small ask for different work.

# %%
counts = [{"queue": name, "items": len(queue.of(name)), "balance": queue.of(name)["balance"].sum()} for name in QUEUES]
pd.DataFrame(counts)

# %% [markdown]
# **What you see.** Credits are no AR, but they have the hardest clock: what Medicare or Medicaid paid too much has to go back within sixty days of being identified. The queue shows the day.
#
# Every item has somebody and a day:

# %%
queue.workload()

# %% [markdown]
# **What you see.** *Days* is what is due, divided by the minutes a day. Where it is far more than a month, the rest is not late: it will never be worked. Lesson 8 shows what to do then.

# %% [markdown]
# ## One caution: a score orders work, it decides nothing
#
# **The chance is history.** It comes from claims that were worked before. What nobody worked has no history, and a new rule of a payer is not in it yet.
#
# **A low score is no write-off.** It says *later*. Who may give a balance up stands in the practice's rules.
#
# ## Try it
#
# The weights are yours. Change `deadline` so that urgency counts twice. Guess which of the four claims moves.

# %%
deadline = 1.0

own = score_items(pencil, Weights(deadline=deadline)).sort_values("value", ascending=False)
print(own[["claim", "value"]].to_string(index=False))
check("04-try", deadline)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. For help, run `hint("04-a")` in a cell of its own.
#
# **a.** How many items of the payer queue are live with 30 days or less until the last day?
#
# **b.** What percentage of the payer queue's dollars is in items with no remedy left?
#
# **c.** How many minutes does the work in the payer queue take that is neither waiting nor over?

# %%
check("04-a", None)

# %%
check("04-b", None)

# %%
check("04-c", None)

# %% [markdown]
# ## Key points
#
# - Work what brings the most expected dollars a minute, and what will soon be too late.
# - A deadline that has passed is not urgent. It is over, or it is proved wrong.
# - Payers, patients, credits and underpayments are worked apart; every item has an owner and a day.
#
# **On Monday** take the ten items on top of your list and ask of each: what is its last day, and what does a minute on it bring?
#
# **Next** 5. Why claims are denied
#
# ### For the analyst
#
# `make_queue` puts the queues together; `score_items` is a pure function of columns. Chances come from `recovery_table`: wins over tries of items resolved before the day, by kind, drawn towards what is usual where few are known. `queue.sensitivity()` says how the first 50 change when a weight moves by half.
