"""How people come in: signing in and up, passwords, the second step, passkeys, sessions. By django-allauth.

What an account may do is a matter of teams (narrator/teams).
"""
