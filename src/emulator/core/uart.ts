import { setLine } from './interrupts';
import { PERIPHERAL_STATE } from './layout';
import { clearQueue, putByte, Queue, queueLength, takeByte } from './queues';
import { setWord, word } from './shadow';
import { cancel, isScheduled, now, schedule, TimedEvent } from './time';

// USART1 to USART6 (RM0090, 30), byte by byte. One of them is the communication port of the host.

const RXNE: u32 = 1 << 5;
const TC: u32 = 1 << 6;
const TXE: u32 = 1 << 7;
const RXNEIE: u32 = 1 << 5;
/** UE, RE, RXNEIE: what a port that listens has set. */
const LISTENS: u32 = (1 << 13) | (1 << 2) | RXNEIE;
/** The last byte was not fetched yet: look again so soon, instead of an overrun. */
const RETRY_NS: i64 = 20_000;

/** The port of the host: 0 picks by itself, else a number from 1 to 6. */
const CHOSEN: usize = PERIPHERAL_STATE + 1024;
const RECEIVED: usize = CHOSEN + 4;
const SENDING: usize = CHOSEN + 32;

export function uartOfBlock(block: u32): u32 {
  if (block === 0x40011000) return 1;
  if (block === 0x40011400) return 6;
  const number = (block - 0x40004400) >>> 10;
  return number < 4 ? number + 2 : 0;
}

function blockOf(uart: u32): u32 {
  if (uart === 1) return 0x40011000;
  if (uart === 6) return 0x40011400;
  return 0x40004400 + ((uart - 2) << 10);
}

function irqOf(uart: u32): u32 {
  return uart < 4 ? 36 + uart : uart === 6 ? 71 : 48 + uart;
}

export function chooseUart(uart: u32): void {
  store<u32>(CHOSEN, uart);
}

export function resetUarts(): void {
  // What was on the wire is lost.
  clearQueue(Queue.uartIn);
  for (let uart: u32 = 1; uart <= 6; uart++) setWord(blockOf(uart), TXE | TC);
}

function isListening(uart: u32): bool {
  return (word(blockOf(uart) + 0x0c) & LISTENS) === LISTENS;
}

/** The UART that the host talks to: its choice, or the first that listens. 0 while there is none. */
export function hostUart(): u32 {
  const chosen = load<u32>(CHOSEN);
  if (chosen !== 0) return isListening(chosen) ? chosen : 0;
  if (isListening(3)) return 3;
  if (isListening(4)) return 4;
  if (isListening(1)) return 1;
  if (isListening(6)) return 6;
  if (isListening(2)) return 2;
  return isListening(5) ? 5 : 0;
}

function byteDuration(uart: u32): i64 {
  const megahertz: i64 = uart === 1 || uart === 6 ? 84 : 42;
  const divider = (word(blockOf(uart) + 8) & 0xffff) as i64;
  return (10 * (divider === 0 ? 16 : divider) * 1000) / megahertz;
}

function updateLine(uart: u32): void {
  const status = word(blockOf(uart));
  const control = word(blockOf(uart) + 0x0c);
  setLine(irqOf(uart), (status & control & (TXE | TC | RXNE)) !== 0);
}

/** The host has put bytes into the queue. */
export function receiveSoon(): void {
  if (!isScheduled(TimedEvent.uartReceive)) schedule(TimedEvent.uartReceive, now());
}

/** The next byte from the host is due. */
export function receiveDue(): void {
  cancel(TimedEvent.uartReceive);
  const uart = hostUart();
  if (queueLength(Queue.uartIn) === 0) return;
  if (uart === 0) {
    // Nobody listens: the bytes are lost, as on a real wire.
    takeByte(Queue.uartIn);
    return schedule(TimedEvent.uartReceive, now() + RETRY_NS);
  }
  const block = blockOf(uart);
  if ((word(block) & RXNE) !== 0) return schedule(TimedEvent.uartReceive, now() + RETRY_NS);
  store<u8>(RECEIVED + uart, takeByte(Queue.uartIn));
  setWord(block, word(block) | RXNE);
  updateLine(uart);
  schedule(TimedEvent.uartReceive, now() + byteDuration(uart));
}

/** The byte that was written has left. */
export function sentDue(uart: u32): void {
  cancel(TimedEvent.uart1 + (uart as i32) - 1);
  const block = blockOf(uart);
  setWord(block, word(block) | TXE | TC);
  if (uart === hostUart()) putByte(Queue.uartOut, load<u8>(SENDING + uart));
  updateLine(uart);
}

export function readUart(uart: u32, address: u32, offset: u32): u32 {
  if (offset !== 4) return word(address);
  setWord(address - 4, word(address - 4) & ~RXNE);
  updateLine(uart);
  return load<u8>(RECEIVED + uart);
}

export function writeUart(uart: u32, address: u32, offset: u32, value: u32): void {
  if (offset === 0) setWord(address, word(address) & (value | TXE));
  else if (offset === 4) {
    store<u8>(SENDING + uart, value);
    setWord(address - 4, word(address - 4) & ~(TXE | TC));
    schedule(TimedEvent.uart1 + (uart as i32) - 1, now() + byteDuration(uart));
  } else setWord(address, value);
  updateLine(uart);
}
