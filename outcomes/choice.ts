// Which of a row's takes is heard. Pure.
import type { Outcome, Take } from '../contract/clip.js';

/** The takes of a row that has a soundtrack, oldest first. */
export function takesOf({ takes, ...only }: Outcome): Take[] {
  if (takes) return takes;
  const { taskId, output, outputs = output === undefined ? [] : [output] } = only;
  if (outputs.length === 0) return [];
  const { modelVersion, translatePrompt } = only;
  return [
    {
      ...(taskId !== undefined && { taskId }),
      outputs,
      ...(modelVersion !== undefined && { modelVersion }),
      ...(translatePrompt !== undefined && { translatePrompt }),
    },
  ];
}

/** What an outcome says of a row's soundtracks. @param chosen store key of the file that is heard */
export function choiceOf(
  takes: Take[],
  chosen: string | undefined,
): Pick<Outcome, 'taskId' | 'output' | 'outputs' | 'takes' | 'modelVersion' | 'translatePrompt'> {
  const outputs = takes.flatMap((take) => take.outputs);
  const take = takes.find((one) => chosen !== undefined && one.outputs.includes(chosen));
  const { taskId, modelVersion, translatePrompt } = take ?? {};
  return {
    ...(taskId !== undefined && { taskId }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(translatePrompt !== undefined && { translatePrompt }),
    ...(chosen !== undefined && { output: chosen }),
    ...(outputs.length > 1 && { outputs }),
    ...((takes.length > 1 || takes.some(({ prompt }) => prompt !== undefined)) && { takes }),
  };
}
