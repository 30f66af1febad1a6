"""A news article that never was, written for these checks."""

TITLE = "Ceasefire holds in Norravia’s capital as army pulls back"

# Characters of one to four bytes of UTF-8 stand before most of the words, so that offsets in
# wrong units do not point at words.
BODY = """\
📰 ELMHAVEN — Government troops and rebel fighters in Norravia stopped shelling each other’s \
positions on Tuesday, the first quiet day since the war began in the spring, and the army said \
it would withdraw its tanks from the old town by the weekend.

“Nobody fired last night,” said Zoë Brandtström, who runs a café near the front line. “My \
children slept.” Doctors at the military hospital counted 14 wounded soldiers, down from 90 the \
week before, and said that they had 2,500 doses of antibiotics left.

Peace talks between the government and the rebels resume on Friday. Negotiators want the \
ceasefire to cover the southern provinces, where militias killed eleven civilians in an attack \
on a convoy, and they want foreign troops to leave. The defence minister, Anton Grève, called \
the truce “fragile”; a rebel commander said his forces would not give up their weapons before \
the army left the capital.

The United Nations offered to send observers. The Security Council is to vote on the mission, \
which would cost $4.5m a month, once both sides have signed.
"""
