"""Where the pure packages meet: each handler loads, decides, records, posts and tells, on a batch."""
