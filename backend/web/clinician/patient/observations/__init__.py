"""What staff saw in the hours after a dose: writing it down, putting it right, and a sheet of it on paper."""
