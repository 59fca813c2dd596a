"""The manual: pages written by hand in `pages/`, one page per rule, and the site made of both."""
