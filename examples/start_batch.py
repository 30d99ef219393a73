"""Starts a batch of Reelscore from Python, follows it, and tells how it ended.

Needs `pip install temporalio==1.35.0`, and a worker: `reelscore serve`.

    python start_batch.py BATCH [MANIFEST]

BATCH names the batch: the same name is the same batch, however often it is started.
MANIFEST is a path on the worker's machine or a URL; without it CLIPS are scored.
"""

import asyncio
import os
import sys
from datetime import timedelta
from typing import Any, TypedDict

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import (
    ApplicationError,
    CancelledError,
    WorkflowAlreadyStartedError,
)
from temporalio.service import RPCError

TASK_QUEUE = "reelscore-default"  # reelscore-<account>

CLIPS = {
    "name": "trailers",
    "clips": [
        {
            "id": "sunrise",
            "file_link": "http://127.0.0.1:8788/clips/sunrise.mp4",
            "prompt": "Calm piano, slow",
            "campaign": "autumn",  # other fields come back in the results
        },
        {
            "id": "arcade",
            "file_link": "http://127.0.0.1:8788/clips/arcade.avi",
            "prompt": "Fast chiptune",
            "campaign": "games",
        },
    ],
}


class Counts(TypedDict):
    total: int
    succeeded: int
    failed: int
    rejected: int
    cancelled: int
    skipped: int


class Progress(TypedDict):
    state: str
    counts: Counts
    store: str  # folder of the results, on the worker's machine


class Summary(TypedDict):
    batch: str
    counts: Counts
    submissions: int
    startedAt: str
    finishedAt: str


async def connect() -> Client:
    """Connects as TEMPORAL_ADDRESS and the other TEMPORAL_* variables say."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(**config)


async def start(
    client: Client, batch: str, request: dict[str, Any]
) -> WorkflowHandle[Any, Summary]:
    """Starts a batch, or finds the one of this name."""
    try:
        return await client.start_workflow(
            "scoreBatch",
            request,
            id=batch,
            task_queue=TASK_QUEUE,
            result_type=Summary,
            # It runs already: follow it. It has ended well: take its result.
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
    except WorkflowAlreadyStartedError:
        return client.get_workflow_handle(batch, result_type=Summary)


async def follow(handle: WorkflowHandle[Any, Summary]) -> Summary:
    """Waits for the end, and prints now and then how the batch stands."""
    result = asyncio.create_task(handle.result())
    while not (await asyncio.wait([result], timeout=2))[0]:
        try:
            now = await handle.query(
                "progress", result_type=Progress, rpc_timeout=timedelta(seconds=5)
            )
        except RPCError:
            print("no worker answers (start one: reelscore serve)")
            continue
        counts = now["counts"]
        done = sum(counts.values()) - counts["total"]
        print(f"{handle.id}: {now['state']}, {done} of {counts['total']} done")
    return result.result()


async def main(batch: str, manifest: str | dict[str, Any]) -> int:
    client = await connect()
    request = {"version": 1, "manifest": manifest, "settings": {"rate": 2}}
    handle = await start(client, batch, request)
    try:
        summary = await follow(handle)
    except WorkflowFailureError as error:
        match error.cause:
            case ApplicationError(type=code, message=message):  # docs/errors.md
                print(f"{batch} failed, {code}: {message}")
            case CancelledError():
                print(f"{batch} was cancelled; its results are written")
            case cause:
                print(f"{batch} stopped: {cause}")
        return 1
    ended = await handle.query("progress", result_type=Progress)
    counts = summary["counts"]
    print(f"{batch}: {counts['succeeded']} succeeded, see {ended['store']}")
    return 0 if counts["succeeded"] + counts["skipped"] == counts["total"] else 2


if __name__ == "__main__":
    given = sys.argv[2] if len(sys.argv) > 2 else CLIPS
    exit_code = asyncio.run(main(sys.argv[1], given))
    sys.stdout.flush()
    os._exit(exit_code)  # sys.exit aborts now and then: temporalio/sdk-python#300
