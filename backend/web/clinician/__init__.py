"""What staff of a clinic see: their patients, one patient, and cohorts."""
