"""How complete the records of a clinic are: what was answered, late, missed or skipped, by check-in."""
