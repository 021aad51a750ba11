import { ExitStatus } from '../../base/errors';
import type { Port } from '../../links/ports';
import { defineCommand } from '../command';
import { table } from '../table';

export const portsCommand = defineCommand({
  name: 'ports',
  summary: 'list the serial ports of this computer',
  options: {},
  details: [
    'A likely controller is one whose USB identity is that of a VESC controller or',
    'a VESC Express. Controllers behind a USB-to-serial converter do not show.',
  ],
  async run({ core, report }) {
    const ports = await core.listPorts();
    report.result({ ports }, portsText(ports));
    return ExitStatus.ok;
  },
});

function portsText(ports: readonly Port[]): string[] {
  if (ports.length === 0) {
    return ['This computer has no serial ports. A controller can also be reached by tcp://host:port.'];
  }
  const rows = ports.map((port) => [
    port.path,
    port.likelyVesc ? 'likely a controller' : '',
    port.kind === 'unknown' ? '' : port.kind.toUpperCase(),
    port.vendorId === undefined ? '' : `${port.vendorId}:${port.productId ?? '????'}`,
    port.manufacturer ?? '',
    port.inUseBy === undefined ? '' : `in use by ${port.inUseBy}`,
  ]);
  const titles = ['PORT', 'WHAT', 'KIND', 'USB ID', 'MAKER', 'STATE'];
  return table(
    titles.map((title) => ({ title })),
    rows,
  );
}
