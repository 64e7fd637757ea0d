//! Lesson 8: asking for the time, and what the answer is worth.
