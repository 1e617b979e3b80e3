def handler(event, context):
    return {"text": f"Hello, {event['name']}!"}
