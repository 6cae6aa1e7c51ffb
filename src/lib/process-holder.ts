import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * What tells this process from every other on this machine since it started, e.g.
 * `host/4c1f.../812/9001/pid:[4026531836]`: host, boot, process id, start and the namespace of that id.
 */
export function processHolder(): string {
  return [
    hostname(),
    bootId(),
    String(process.pid),
    startTime(process.pid) ?? '',
    processNamespace(),
  ].join('/');
}

/**
 * Whether the process of a name that `processHolder` gave is certainly gone. A process on another host or
 * in another container, or one that cannot be looked at, is not certainly gone.
 */
export function isProcessGone(holder: string): boolean {
  const [host, boot, pid, started, namespace] = holder.split('/');
  if (host !== hostname() || boot !== bootId() || boot === '') return false;
  // Containers may share the host's name, and in each of them the bot is process 1.
  if (namespace !== processNamespace()) return false;
  const id = Number(pid);
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  // The number may have been given to another process since.
  const now = startTime(id);
  return now !== null && started !== undefined && started !== '' && now !== started;
}

/** Of this run of the machine; empty where the system does not say. */
function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** In which process ids are counted; empty where the system does not say. pid_namespaces(7) */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** When a process started, in ticks since the machine did; null where the system does not say. */
function startTime(pid: number): string | null {
  const text = readText(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; the 22nd field is the 20th after it. proc(5)
  return (
    text
      ?.slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .at(19) ?? null
  );
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such file: another system, or a process that is gone.
    return null;
  }
}
