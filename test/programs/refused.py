"""A request of a version that the worker does not know; prints the failure's type and message."""

import asyncio
import sys

from start_batch import CLIPS, connect, start
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError


async def main(batch: str) -> None:
    handle = await start(await connect(), batch, {"version": 2, "manifest": CLIPS})
    try:
        await handle.result()
    except WorkflowFailureError as error:
        assert isinstance(error.cause, ApplicationError)
        print(error.cause.type)
        print(error.cause.message)


asyncio.run(main(sys.argv[1]))
