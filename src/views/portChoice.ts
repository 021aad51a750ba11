import type { Port } from '../links/ports';
import { plain } from './text';

/** One way to reach a controller, as a row of the pick. */
export interface PortRow {
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  /** What the row leads to: an address, or a question for one. */
  readonly choice:
    { readonly kind: 'address'; readonly address: string } | { readonly kind: 'tcp' | 'path' | 'simulated' };
}

/** Rows under one heading. */
export interface PortGroup {
  readonly heading: string;
  readonly rows: readonly PortRow[];
}

/** What the pick needs to know. */
export interface PortChoice {
  readonly ports: readonly Port[];
  /** What VS Code calls the remote end, when the window works on another computer than the one it stands on. */
  readonly remoteName: string | undefined;
}

const REMOTES: Readonly<Record<string, string>> = {
  'ssh-remote': 'the SSH host',
  wsl: 'the Linux of WSL',
  'dev-container': 'the container',
  'attached-container': 'the container',
  codespaces: 'the codespace',
};

/** What the empty pick says; that there is no port, when there is none. */
export function portPlaceholder({ ports, remoteName }: PortChoice): string {
  return ports.length > 0
    ? 'Choose a port, or type an address'
    : `No serial port at ${whereabouts(remoteName)}: plug a controller in, or type an address`;
}

function whereabouts(remoteName: string | undefined): string {
  return remoteName === undefined
    ? 'this computer'
    : (REMOTES[remoteName] ?? `the remote (${plain(remoteName)})`);
}

/** The ways to a controller, the likeliest first. */
export function portGroups({ ports, remoteName }: PortChoice): PortGroup[] {
  const where = whereabouts(remoteName);
  const groups: PortGroup[] = [
    { heading: `Controllers at ${where}`, rows: ports.filter((port) => port.likelyVesc).map(portRow) },
    {
      heading: `Other serial ports of ${where}`,
      rows: ports.filter((port) => !port.likelyVesc).map(portRow),
    },
    { heading: 'Elsewhere', rows: elsewhere(remoteName) },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

function portRow(port: Port): PortRow {
  const identity = [port.vendorId, port.productId].filter((part) => part !== undefined).join(':');
  const description = [port.manufacturer ?? '', identity].filter((part) => part !== '').join(' · ');
  return {
    label: `$(plug) ${plain(port.path)}`,
    description: plain(description),
    ...(port.inUseBy === undefined ? {} : { detail: `In use by ${plain(port.inUseBy)}` }),
    choice: { kind: 'address', address: port.path },
  };
}

function elsewhere(remoteName: string | undefined): PortRow[] {
  return [
    {
      label: '$(globe) Connect over TCP…',
      description: 'host and port',
      ...(remoteName === undefined
        ? {}
        : {
            detail: 'For one at the computer in front of you: start VESC Tool’s TCP server there.',
          }),
      choice: { kind: 'tcp' },
    },
    {
      label: '$(beaker) Simulated controller',
      description: 'no hardware needed',
      choice: { kind: 'simulated' },
    },
    {
      label: '$(edit) Type a port…',
      description: '/dev/ttyACM0, COM5, tcp://host:65102',
      choice: { kind: 'path' },
    },
  ];
}
