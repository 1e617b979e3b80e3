"""Length of a clip, from the header that every clip of ours begins with."""
import os

import boto3


class Unreadable(Exception):
    """The clip's header is not one of ours."""


s3 = boto3.client("s3")


def handler(clip, context):
    head = s3.get_object(Bucket=os.environ["BUCKET"], Key=clip["key"], Range="bytes=0-15")["Body"].read()
    if head[:4] != b"CLIP":
        raise Unreadable(f"{clip['key']} does not begin with CLIP")
    return {"seconds": int.from_bytes(head[4:8], "big")}
