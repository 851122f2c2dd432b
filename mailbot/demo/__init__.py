"""`mailbot demo`: a day in a company, played on this machine with real mail.

`postoffice` is the mail server, `cast` the people, `play` what they do, `theatre` lets them do it while the real
service runs, `narrator` tells it on the terminal, `album` gathers what they saw and `page` shows it.
"""
