import { defineErrors } from './define';

const UNTOUCHED = 'Nothing was sent that changes the controller.';

/** Reaching a controller: ports, sockets, silence, strangers. */
export const linkErrors = defineErrors({
  'port-not-found': {
    exitStatus: 3,
    text: (d: { path: string }) => ({
      happened: `There is no port ${d.path}.`,
      state: UNTOUCHED,
      next: 'Check the cable and that the controller has power, then list the ports again.',
    }),
  },
  'port-busy': {
    exitStatus: 3,
    text: (d: { path: string; holder?: string }) => ({
      happened: `${d.path} is in use by ${d.holder ?? 'another program'}.`,
      state: UNTOUCHED,
      next: 'Close the connection there and try again; only one program can own a port.',
    }),
  },
  'port-permission': {
    exitStatus: 3,
    text: (d: { path: string; group?: string }) => ({
      happened: `This user may not open ${d.path}.`,
      state: UNTOUCHED,
      next:
        `On Linux: sudo usermod -aG ${d.group ?? 'dialout'} $USER, then log in again; or add the udev rule ` +
        `SUBSYSTEM=="tty", ATTRS{idVendor}=="0483", ATTRS{idProduct}=="5740", MODE="0666", ` +
        `ENV{ID_MM_DEVICE_IGNORE}="1" to /etc/udev/rules.d/49-vesc.rules and plug the controller in again.`,
    }),
  },
  'serial-unavailable': {
    exitStatus: 3,
    text: (d: { reason: string }) => ({
      happened: `Serial ports cannot be used here: the native serial module did not load (${d.reason}).`,
      state: UNTOUCHED,
      next: 'TCP links and the simulated controller still work; reinstall the extension to repair serial ports.',
    }),
  },
  'emulation-stuck': {
    exitStatus: 3,
    text: (d: { image: string; reason: string }) => ({
      happened: `${d.image} does not run in the emulated controller. ${d.reason}`,
      state: 'No real controller is concerned.',
      next:
        'Find the address in the .elf of the build (arm-none-eabi-addr2line -fe FILE ADDRESS), or start it with ' +
        'vesc emulate --gdb and look; then run the next build.',
    }),
  },
  'emulation-ended': {
    exitStatus: 3,
    text: (d: { image: string; reason: string }) => ({
      happened: `${d.image} does not run in an emulated controller any more: ${d.reason}.`,
      state: 'No real controller is concerned.',
      next: 'Start it again. If it ends by itself once more, please report this with the log.',
    }),
  },
  'flash-in-use': {
    exitStatus: 3,
    text: (d: { path: string; process: number }) => ({
      happened: `A controller of process ${d.process} keeps its flash in ${d.path}.`,
      state: 'It goes on undisturbed; no other was started.',
      next:
        'Stop that one first, or keep the flash of this one in another file. If that process is none of this program, ' +
        `delete ${d.path}.lock.`,
    }),
  },
  'link-failed': {
    exitStatus: 3,
    text: (d: { address: string; reason: string }) => ({
      happened: `${d.address} could not be opened: ${d.reason}.`,
      state: UNTOUCHED,
      next: 'Check the address, the cable and the power.',
    }),
  },
  'link-closed': {
    exitStatus: 3,
    text: (d: { address: string; reason?: string }) => ({
      happened: `The connection to ${d.address} ended${d.reason === undefined ? '' : ` (${d.reason})`}.`,
      ...(d.address.startsWith('tcp://')
        ? {
            state:
              'The controller or the bridge restarted or lost power, the network failed, or it serves somebody else.',
            next: 'Check that both are on and in the network, then connect again.',
          }
        : {
            state: 'The controller was unplugged, restarted, or lost power.',
            next: 'Plug it in again and connect.',
          }),
    }),
  },
  'no-answer': {
    exitStatus: 3,
    text: (d: { address: string; command: string; waited_ms: number }) => ({
      happened: `Nothing answered ${d.command} at ${d.address} within ${Math.round(d.waited_ms)} ms.`,
      state: 'It may be off, restarting, set to another baud rate, or not a VESC controller.',
      next: 'Check the power, wait for a start to end (about 6 s), and try another port or baud rate.',
    }),
  },
  'bootloader-at-work': {
    exitStatus: 3,
    text: (d: { address: string; since: string }) => ({
      happened: `No controller answers at ${d.address}: an update started its bootloader at ${d.since.slice(11, 19)} UTC, and nobody saw it return yet.`,
      state: 'The bootloader may be putting the new firmware in place.',
      next: 'Leave its power on and try again: it is back within 90 s.',
    }),
  },
  'not-a-controller': {
    exitStatus: 3,
    text: (d: { address: string; bytes: number }) => ({
      happened: `Something talks at ${d.address}, but not the VESC protocol (${d.bytes} bytes, no valid frame).`,
      state: UNTOUCHED,
      next: 'Pick another port, or another baud rate if this is a UART.',
    }),
  },
  'link-in-use': {
    exitStatus: 3,
    text: (d: { address: string; owner: string }) => ({
      happened: `${d.address} is busy: ${d.owner}.`,
      state: 'The work under way goes on undisturbed.',
      next: 'Wait for it to end, or cancel it.',
    }),
  },
  'can-node-silent': {
    exitStatus: 3,
    text: (d: { canId: number; address: string }) => ({
      happened: `No controller with CAN id ${d.canId} answers through ${d.address}.`,
      state: 'The controller in between answers.',
      next: 'Scan the CAN bus and check the wiring, the termination and the baud rate.',
    }),
  },
  'bad-address': {
    exitStatus: 2,
    text: (d: { text: string; reason: string }) => ({
      happened: `"${d.text}" is no address of a controller: ${d.reason}.`,
      state: '',
      next: 'Give a serial port such as /dev/ttyACM0 or COM5, tcp://host:65102, or sim: for the simulated controller.',
    }),
  },
  'no-can-bus': {
    exitStatus: 3,
    text: (d: { address: string; reason: string }) => ({
      happened: `What listens at ${d.address} is no CAN bus of emulated controllers: ${d.reason}.`,
      state: '',
      next: 'Choose another port for the bus, the same for all its controllers, or stop that program.',
    }),
  },
  'can-bus-version': {
    exitStatus: 3,
    text: (d: { address: string; theirs: number; ours: number }) => ({
      happened: `The CAN bus at ${d.address} is kept open by another version of this program: it speaks version ${d.theirs} of their protocol, this one ${d.ours}.`,
      state: '',
      next: 'Start all controllers of a bus with the same version of this program.',
    }),
  },
  'can-bus-unavailable': {
    exitStatus: 3,
    text: (d: { address: string; reason: string }) => ({
      happened: `There is no CAN bus at ${d.address}, and none can be opened: ${d.reason}.`,
      state: '',
      next: 'Choose another port; or, if that is another computer, start the first controller of the bus there.',
    }),
  },
  'tcp-refused': {
    exitStatus: 3,
    text: (d: { address: string }) => ({
      happened: `${d.address} refuses the connection: nothing listens there.`,
      state: UNTOUCHED,
      next: 'Start the TCP server there (VESC Tool, VESC Express or vesc simulate --tcp) and check the port number.',
    }),
  },
  'tcp-unknown-host': {
    exitStatus: 3,
    text: (d: { address: string; host: string }) => ({
      happened: `There is no computer named ${d.host}.`,
      state: UNTOUCHED,
      next: 'Check the spelling, or give its IP address.',
    }),
  },
  'tcp-timeout': {
    exitStatus: 3,
    text: (d: { address: string; waited_ms: number }) => ({
      happened: `${d.address} did not accept a connection within ${Math.round(d.waited_ms)} ms.`,
      state: UNTOUCHED,
      next: 'Check that the controller is on, in the same network, and that no firewall is between.',
    }),
  },
  'link-stalled': {
    exitStatus: 3,
    text: (d: { address: string; waited_ms: number }) => ({
      happened: `${d.address} took no bytes for ${Math.round(d.waited_ms)} ms.`,
      state: 'The controller may hang: its side of the link is full.',
      next: 'Power the controller off and on, then connect again.',
    }),
  },
  'controller-not-found': {
    exitStatus: 3,
    text: (d: { uuid: string; waited_ms: number; tried: number; canId?: number }) => ({
      happened:
        `No controller with UUID ${d.uuid}${d.canId === undefined ? '' : ` (CAN id ${d.canId})`} answered within ` +
        `${Math.round(d.waited_ms / 1000)} s (${d.tried} ${d.tried === 1 ? 'port' : 'ports'} tried).`,
      state: 'It may be off, still starting, or have come back at another port, CAN id or baud rate.',
      next: 'Check its power and its LEDs, plug it in again, then list the ports.',
    }),
  },
});
