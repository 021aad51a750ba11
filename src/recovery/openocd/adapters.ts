/** A debug adapter, as OpenOCD knows it (facts 8.3; OpenOCD 0.12, scripts/interface). */
export interface Adapter {
  readonly id: 'st-link' | 'cmsis-dap' | 'j-link' | 'raspberry-pi';
  /** For people. */
  readonly name: string;
  readonly configuration: string;
  readonly transport: 'hla_swd' | 'swd';
}

/** In the order in which they are looked for. */
export const ADAPTERS: readonly Adapter[] = [
  { id: 'st-link', name: 'ST-Link', configuration: 'interface/stlink.cfg', transport: 'hla_swd' },
  { id: 'cmsis-dap', name: 'CMSIS-DAP adapter', configuration: 'interface/cmsis-dap.cfg', transport: 'swd' },
  { id: 'j-link', name: 'J-Link', configuration: 'interface/jlink.cfg', transport: 'swd' },
  {
    id: 'raspberry-pi',
    name: 'GPIO of this Raspberry Pi',
    configuration: 'interface/raspberrypi-native.cfg',
    transport: 'swd',
  },
];

/** The adapter of that name, as a user types it. */
export function findAdapter(id: string): Adapter | undefined {
  return ADAPTERS.find((adapter) => adapter.id === id.toLowerCase());
}
