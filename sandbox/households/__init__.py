"""Real customers: the Complete Journey households as people, their baskets as engagements."""
