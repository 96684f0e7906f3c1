"""What one treatment, or one course of treatments, did to one patient's ratings."""
