import type { Block } from '../../messages/message.ts';
import { ChatError } from '../../ports/chat-error.ts';
import { SLACK_PLATFORM } from './parse.ts';
import { line } from './text.ts';
import type { SlackApi } from './web-api.ts';

export type FileBlock = Extract<Block, { type: 'file' }>;

const UPLOAD_TIMEOUT_MILLISECONDS = 30_000;
const LONGEST_NAME = 200;

/**
 * Uploads a file and shares it in a conversation: an address is asked for, the content is sent there,
 * and Slack is told that it is complete.
 * https://docs.slack.dev/messaging/working-with-files#uploading_files
 * @param channel the conversation's own id: a person's id will not do.
 * @throws SlackRefusal, ChatError
 */
export async function uploadFile(
  api: SlackApi,
  file: FileBlock,
  channel: string,
  threadTimestamp: string | null,
): Promise<void> {
  // Slack takes no empty file.
  const content = Buffer.from(file.content === '' ? '\n' : file.content, 'utf8');
  const { upload_url: address, file_id: id } = await api.call(
    'files.getUploadURLExternal',
    { filename: line(file.name, LONGEST_NAME), length: content.byteLength },
    { repeatable: true },
  );
  if (typeof address !== 'string' || typeof id !== 'string') {
    throw new ChatError(SLACK_PLATFORM, 'unavailable', 'files.getUploadURLExternal: no address');
  }
  await send(address, content);
  await api.call(
    'files.completeUploadExternal',
    {
      files: [{ id, title: line(file.title, LONGEST_NAME) }],
      channel_id: channel,
      ...(threadTimestamp === null ? {} : { thread_ts: threadTimestamp }),
    },
    { repeatable: false },
  );
}

async function send(address: string, content: Buffer<ArrayBuffer>): Promise<void> {
  let status: number;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: content,
      signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MILLISECONDS),
    });
    await response.arrayBuffer();
    ({ status } = response);
  } catch (error) {
    throw new ChatError(SLACK_PLATFORM, 'unavailable', 'The file did not get to Slack', {
      cause: error,
    });
  }
  if (status !== 200) {
    throw new ChatError(SLACK_PLATFORM, 'unavailable', `The upload was answered with ${status}`);
  }
}
