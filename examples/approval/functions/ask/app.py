"""Asks a person about each request. A real one sends a mail whose links POST the token to /answers/yes or /answers/no."""


def handler(requests, context):
    for request in requests:
        print(f"trip {request['trip']} costs {request['price']}: token {request['token']}")
