"""Charges a customer's card. The card's provider is stood in for by a rule: what ends in .99 is declined."""

import uuid


class CardDeclined(Exception):
    """The name of this class is the error that the workflow sees."""


def handler(order, context):
    total = sum(item["quantity"] * item["price"] for item in order["items"])
    if round(total * 100) % 100 == 99:
        raise CardDeclined("insufficient funds")
    return {"chargeId": f"ch_{uuid.uuid4().hex[:12]}"}
