// The stand-in for OpenOCD as a program: it reaches a simulated controller of another process by the name of its SWD
// pins, VESC_STAND_IN_SWD; VESC_STAND_IN_FAILS names a transcript to end with, at the command VESC_STAND_IN_AT.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { farSwdPins } from '../../../src/simulator/swdWire';
import { runStandIn } from './standIn';

const { VESC_STAND_IN_SWD: name, VESC_STAND_IN_FAILS: fails, VESC_STAND_IN_AT: at = 'init' } = process.env;
const pins = name === undefined ? undefined : farSwdPins(name);
const failure =
  fails === undefined
    ? undefined
    : { at, output: readFileSync(join(__dirname, '../../fixtures/openocd', `${fails}.txt`), 'utf8') };
void runStandIn(
  process.argv.slice(2),
  pins,
  { read: (path) => readFile(path), write: (path, content) => writeFile(path, content) },
  (line) => process.stderr.write(`${line}\n`),
  failure,
).then((status) => {
  pins?.dispose();
  process.exitCode = status;
});
