"""What would another order of work have brought, when the truth is known?
"""
