"""Pauses a batch, lets it go on and cancels it; prints each state that it reached."""

import asyncio
import sys

from start_batch import Progress, connect, start
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError


async def main(batch: str, manifest: str) -> None:
    handle = await start(await connect(), batch, {"version": 1, "manifest": manifest})

    async def until(state: str) -> Progress:
        while True:
            now: Progress = await handle.query("progress", result_type=Progress)
            if now["state"] == state:
                return now
            await asyncio.sleep(0.05)

    await until("running")
    await handle.signal("pause", "lunch")
    paused = await until("paused")
    print("paused", paused.get("pauseReason"))
    await handle.signal("resume")
    await until("running")
    print("running")
    await handle.cancel()
    try:
        await handle.result()
    except WorkflowFailureError as error:
        assert isinstance(error.cause, CancelledError)
        print("cancelled")


asyncio.run(main(sys.argv[1], sys.argv[2]))
