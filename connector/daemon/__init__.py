"""leadmode as a long-running process: polls, ticks, delivers, and proves that it makes progress."""
