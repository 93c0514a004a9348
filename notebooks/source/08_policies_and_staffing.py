# %% [markdown]
# # 8. Which order of work brings most, and how many people does it take?
#
# **For** leads, and everyone who has to choose an order for a whole team
#
# **Takes** 30 minutes
#
# **Before this** [4. What to work first](04_what_to_work_first.ipynb)
#
# **After this notebook you can**
#
# - compare two orders of work fairly: same claims, same minutes, same luck
# - say how near an order comes to the best possible
# - say what more minutes a day would bring, with the range

# %% [markdown]
# ## Words used here
#
# - **policy**: A rule that puts open items in order, such as the largest first.
# - **backlog**: Open items that wait for work.
# - **capacity**: The minutes that a team has, as a share of what it would take to do all that comes up.
# - **upper bound**: More than any order of work can bring, worked out from the true chances.
# - **work session**: One login or one call to a payer, in which several claims are worked.

# %%
import numpy as np
from arlab import course
from arlab.course import check, hint
from arlab.plots import describe_bakeoff, plot_bakeoff, show
from arlab.priority import make_queue
from arlab.simulate import make_start, policy_bakeoff, staffing_table
from arlab.synth import Scenario
practice = course.start()

# %% [markdown]
# ## 1. Four claims and twenty-five minutes
#
# Take a pencil. Four claims take 10 minutes each, and they are expected to bring 160, 80, 40 and 20 dollars. You have 25 minutes. What is the most you can expect?

# %%
minutes, dollars = np.array([10, 10, 10, 10]), np.array([160, 80, 40, 20])
price = 4
print("two claims and half of the third:", 160 + 80 + 40 // 2)
print("worth beyond the price of the minutes:", np.maximum(dollars - price * minutes, 0).sum())
print("price of all minutes:", price * 25)
print("no order can bring more than:", np.maximum(dollars - price * minutes, 0).sum() + price * 25)

# %% [markdown]
# **What you see.** The best claims, and a part of the next. The trick with a price gives the same number without trying every order: that is how an *upper bound* is found for thousands of claims.

# %% [markdown]
# ## 2. The same weeks, worked in many orders
#
# Nobody can work the same weeks twice. In a made practice we can. Each order gets the same claims, the same minutes, about half of what would be needed, and the same luck. Guess: which order comes first, and which last?

# %%
world = Scenario(claims_per_year=4_000, months=12)
orders = ["by payer and amount", "largest first", "oldest first", "points", "dollars per minute", "deadline-aware value"]
found = policy_bakeoff(world, [*orders, "true value"], seeds=range(4), days=40, capacity=0.5)
show(plot_bakeoff(found.table), describe_bakeoff(found.table))

# %% [markdown]
# **What you see.** *True value* knows the real chance of every claim. Nobody has that in life, so it shows how much better knowledge could still bring. The grey mark is the upper bound.

# %%
found.table[["policy", "recovered", "share_of_bound", "difference", "low", "high", "lost"]]

# %% [markdown]
# **What you see.** *Difference* is taken practice by practice from the first order, *by payer and amount*. *Low* and *high* are the ends of its range: where the range holds zero, these few practices do not tell the two apart. *Lost* is what nobody had tried when its last remedy ended.

# %% [markdown]
# ## 3. Where the time goes
#
# Every order begins sessions: a login, or a call and its wait. Guess which order spends most on that.

# %%
found.table[["policy", "touches", "hours", "setup_share", "dollars_per_hour", "backlog_items"]]

# %% [markdown]
# **What you see.** An order that jumps from payer to payer pays for each jump: compare *setup share* of *largest first* with that of *dollars per minute*. *By payer and amount* keeps a payer's claims together, but works its small claims while large ones of another payer wait.

# %% [markdown]
# ## 4. What would one more hour bring?
#
# Now the order stays and the team changes. Guess: do twice the minutes bring twice the dollars?

# %%
start = make_start(world, seed=1)
teams = staffing_table(start, minutes_per_day=[10, 20, 40, 80], seeds=range(4), days=40)
teams[["minutes_per_day", "hours", "recovered", "recovered_low", "recovered_high", "next_hour", "backlog_items"]]

# %% [markdown]
# **What you see.** The first hours bring most. *Next hour* is what each hour more has brought, compared with the smaller team. Where it falls below what an hour costs, more people are no answer, and a better order may be.

# %% [markdown]
# ## 5. And your own practice?
#
# Back to the practice on your table. Guess: how many days of work are due now?

# %%
queue = make_queue(practice)
queue.workload()[["owner", "items", "due_now", "minutes", "minutes_per_day", "days"]]

# %% [markdown]
# **What you see.** *Days* is the work that is due, divided by the minutes a day. When it is long, the order decides what is never worked at all.

# %% [markdown]
# ## One caution: a simulation is no promise
#
# **It is this world.** Another mix of payers, another playbook, other people, and other figures come out. What carries over is the comparison, not the dollars.
#
# **Few practices, wide ranges.** Read *low* and *high* before you praise an order. The page *evidence* in the library's documents has the same comparison with more practices, and larger ones.
#
# ## Try it
#
# Change `minutes_you_have` to 35. Guess first: what is the most that can be expected then?

# %%
minutes_you_have = 25

prices = range(0, 21)
sums = [np.maximum(dollars - price * minutes, 0).sum() + price * minutes_you_have for price in prices]
print("the best price:", prices[int(np.argmin(sums))], "- no order can bring more than:", min(sums))
check("08-try", minutes_you_have)

# %% [markdown]
# ## Check yourself
#
# Put your answer in the place of `None`. For help, run `hint("08-a")` in a cell of its own.
#
# **a.** In the example with four claims, what is the most that can be expected in 35 minutes?
#
# **b.** How many different payers stand in the payer queue of your practice?
#
# **c.** How many minutes of work are due now, for all people and all queues together?

# %%
check("08-a", None)

# %%
check("08-b", None)

# %%
check("08-c", None)

# %% [markdown]
# ## Key points
#
# - Compare orders with the same claims, the same minutes and the same luck.
# - Minutes count as much as dollars: dollars per minute is the simple rule that is hard to beat.
# - More people bring less and less; look at the next hour, not at the average.
#
# **On Monday** write down for ten items how many minutes they took and what they brought.
#
# **Next** 9. Work a shift
#
# ### For the analyst
#
# `policy_bakeoff` replays each policy in the world that made the practice; `upper_bound` is the relaxation of section 1 with a price for each week. `docs/policies.md` shows how to write a policy of your own.
