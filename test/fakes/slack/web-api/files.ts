import { objectsIn, stringAt } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { addMessage } from '../messages.ts';
import { findMessage, secondsOf } from '../workspace.ts';
import type { Channel, Upload, Workspace } from '../workspace.ts';
import { jsonArgument, refuse, textArgument } from './method.ts';
import type { Arguments, Method } from './method.ts';

/** https://docs.slack.dev/messaging/working-with-files#upload: address, content, completion */

const getUploadUrl: Method = {
  tokens: ['bot'],
  scopes: () => ['files:write'],
  tier: 4,
  json: true,
  required: ['filename', 'length'],
  handle: ({ workspace, args }) => {
    const length = Number(textArgument(args, 'length'));
    if (!Number.isInteger(length) || length < 1) return refuse('missing_argument');
    if ((textArgument(args, 'alt_txt') ?? '').length > 1000) return refuse('alt_txt_too_large');
    const id = workspace.nextId('F');
    const name = textArgument(args, 'filename') ?? '';
    workspace.uploads.set(id, { id, name, length, content: null, completed: false });
    return { ok: true, upload_url: `${workspace.baseUrl}/upload/v1/${id}`, file_id: id };
  },
};

/** Takes the content; answers the HTTP status and text that Slack's file server does. */
export function receiveUpload(
  workspace: Workspace,
  id: string,
  content: Buffer,
): { readonly status: number; readonly text: string } {
  const upload = workspace.uploads.get(id);
  if (upload === undefined || upload.completed) return { status: 404, text: 'Not Found' };
  if (content.length !== upload.length) {
    workspace.report(`upload of ${content.length} bytes where ${upload.length} were announced`);
    return { status: 400, text: 'Bad Request' };
  }
  upload.content = content;
  return { status: 200, text: `OK - ${content.length}` };
}

function channelToShareIn(workspace: Workspace, args: Arguments): Channel | null {
  const id = textArgument(args, 'channel_id') ?? textArgument(args, 'channels');
  if (id === undefined) return null;
  const channel = workspace.channels.get(id);
  if (channel === undefined) return refuse('channel_not_found');
  const isMember = channel.members.has(workspace.app.botUserId);
  if (!isMember) return refuse(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
  return channel.archived ? refuse('posting_to_channel_denied') : channel;
}

function fileObject(workspace: Workspace, upload: Upload, title: string): JsonObject {
  const extension = upload.name.split('.').at(-1) ?? 'txt';
  const url = `https://files.slack.com/files-pri/${workspace.team.id}-${upload.id}/${upload.name}`;
  return {
    id: upload.id,
    created: secondsOf(workspace.clock),
    timestamp: secondsOf(workspace.clock),
    name: upload.name,
    title,
    filetype: extension,
    size: upload.length,
    user: workspace.app.botUserId,
    user_team: workspace.team.id,
    mode: 'hosted',
    url_private: url,
    url_private_download: url,
  };
}

const completeUpload: Method = {
  tokens: ['bot'],
  scopes: () => ['files:write'],
  tier: 4,
  json: true,
  required: ['files'],
  handle: ({ workspace, args }) => {
    const channel = channelToShareIn(workspace, args);
    const listed = objectsIn(jsonArgument(args, 'files'));
    if (listed.length === 0) return refuse('invalid_arguments', ['invalid `files`']);
    const uploads = listed.map((file) => {
      const upload = workspace.uploads.get(stringAt(file, 'id') ?? '');
      if (upload === undefined || upload.content === null || upload.completed) {
        return refuse('file_not_found');
      }
      return { upload, content: upload.content, title: stringAt(file, 'title') ?? upload.name };
    });
    const threadTs = textArgument(args, 'thread_ts') ?? null;
    if (threadTs !== null && (channel === null || !findMessage(workspace, channel.id, threadTs))) {
      return refuse('invalid_arguments', ['invalid `thread_ts`']);
    }
    const initialComment = textArgument(args, 'initial_comment') ?? '';
    const files = uploads.map(({ upload, title }) => fileObject(workspace, upload, title));
    for (const { upload, content, title } of uploads) {
      upload.completed = true;
      const { id, name } = upload;
      const place = { channel: channel?.id ?? null, threadTs, initialComment };
      workspace.files.push({ id, name, title, content, ...place });
    }
    if (channel !== null) {
      addMessage(workspace, { channel: channel.id, text: initialComment, files, threadTs });
    }
    workspace.changed();
    return { ok: true, files };
  },
};

export const filesMethods: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
};
