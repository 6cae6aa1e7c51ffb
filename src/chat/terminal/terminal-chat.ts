import type { Message } from '../../messages/message.ts';
import { renderTerminal } from '../../messages/terminal.ts';
import type { Chat } from '../../ports/chat.ts';

export const TERMINAL_PLATFORM = 'terminal';

/** Shows every message in a terminal. It takes no input: the demo speaks for its people. */
export function createTerminalChat(output: {
  write(text: string): void;
  readonly colour: boolean;
  readonly width: number;
}): Chat {
  let posted = 0;
  const show = (message: Message) => {
    output.write(`\n${renderTerminal(message, { colour: output.colour, width: output.width })}\n`);
  };
  return {
    platform: TERMINAL_PLATFORM,
    async start() {},
    async post(channel, message) {
      posted += 1;
      show(message);
      return { platform: TERMINAL_PLATFORM, channel, messageId: String(posted) };
    },
    async edit(_reference, message) {
      // A terminal cannot edit what has scrolled by: it shows what the message has become.
      const progress = message.blocks.some((block) => block.type === 'progress');
      show(
        progress
          ? { ...message, blocks: message.blocks.filter((block) => block.type !== 'buttons') }
          : message,
      );
      return 'edited';
    },
    async stop() {},
  };
}
