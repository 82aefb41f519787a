//! `report.html` as a file: it needs nothing else, its rules are right, and what it leaves out it says.

