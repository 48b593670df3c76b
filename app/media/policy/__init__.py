"""What people are given: the degradation ladder and admission. Pure logic, the clock passed in."""
