"""Names beside our own words, whatever direction they read in."""

from django import template

from florin.kernel import directions

register = template.Library()

register.filter("isolated", directions.isolated)
