// reelscore codec: the codec server until it is stopped.
import { ConfigError } from '../../config/config.js';
import { startCodecServer, type RunningCodecServer } from '../../temporal/payloads/codec-server.js';
import { createPayloadCodec } from '../../temporal/payloads/codec.js';
import { readConfig } from '../config.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo } from '../io.js';
import { isInUse } from '../own-receiver.js';

export async function codec(): Promise<number> {
  const io = createIo(false);
  const { server, host } = await start();
  const interrupts = new Interrupts();
  interrupts.beginOrderly();
  io.say(`Codec: listening on http://${host}:${server.port}`);
  await interrupts.happened();
  await server.close();
  interrupts.dispose();
  return EXIT.ok;
}

async function start(): Promise<{ server: RunningCodecServer; host: string }> {
  const {
    payloadKeys,
    codec: { listen, origins, token },
  } = readConfig();
  const faults = [
    ...(payloadKeys ? [] : ['REELSCORE_PAYLOAD_KEYS: it is not set (set it as for the workers)']),
    ...(token
      ? []
      : [
          'REELSCORE_CODEC_TOKEN: it is not set, and whoever reaches the codec server could read everything (make one: openssl rand -hex 32)',
        ]),
  ];
  if (!payloadKeys || !token) throw new ConfigError(faults);
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  try {
    const codec = createPayloadCodec(payloadKeys);
    return { server: await startCodecServer({ codec, listen, origins, token }), host };
  } catch (error) {
    if (!isInUse(error)) throw error;
    throw new ConfigError([
      `REELSCORE_CODEC_LISTEN: ${host}:${listen.port} is in use (end what listens there, or name another port)`,
    ]);
  }
}
