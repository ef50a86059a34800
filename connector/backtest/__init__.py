"""What rules would have done over the stored history, beside what became of people."""

from connector.backtest.run import Asked, Candidate, backtest
from connector.backtest.told import Backtest, RuleTold, Side

__all__ = ["Asked", "Backtest", "Candidate", "RuleTold", "Side", "backtest"]
