// Makes a bare clone ready: npm packages, and the system programs that the tests use. Runs before `npm test` and
// `npm start`, when nothing is installed yet, so it is plain Node without packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** System packages by their Debian name, and how to see that they are there already. All are optional. */
const SYSTEM_PACKAGES = [
  {
    name: 'chromium',
    purpose: 'the window of the editor tests',
    isPresent: () =>
      process.env.CHROMIUM_EXECUTABLE !== undefined ||
      onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable') ||
      existsSync('/Applications/Google Chrome.app'),
  },
  { name: 'socat', purpose: 'serial ports without hardware', isPresent: () => onPath('socat') },
  {
    name: 'fonts-dejavu-core',
    purpose: 'readable screenshots',
    isPresent: () => process.platform !== 'linux' || existsSync('/usr/share/fonts/truetype/dejavu'),
  },
  {
    name: 'gcc-arm-none-eabi',
    purpose: 'the firmware build',
    isPresent: () => onPath('arm-none-eabi-gcc'),
  },
  {
    name: 'libnewlib-arm-none-eabi',
    purpose: 'the firmware build',
    // Toolchains from elsewhere carry their own C library.
    isPresent: () =>
      existsSync('/usr/include/newlib/stdio.h') ||
      (onPath('arm-none-eabi-gcc') && !existsSync('/usr/bin/arm-none-eabi-gcc')),
  },
  {
    name: 'gdb-multiarch',
    purpose: 'debugging the emulated controller',
    isPresent: () => onPath('gdb-multiarch', 'arm-none-eabi-gdb'),
  },
  { name: 'make', purpose: 'the firmware build', isPresent: () => onPath('make') },
  { name: 'g++', purpose: "the firmware's unit tests", isPresent: () => onPath('g++') },
  {
    name: 'libgtest-dev',
    purpose: "the firmware's unit tests",
    isPresent: () => existsSync('/usr/src/googletest/googletest/src/gtest-all.cc'),
  },
  { name: 'openocd', purpose: 'recovery over SWD', isPresent: () => onPath('openocd') },
];

function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.some((name) =>
    folders.some((folder) => existsSync(join(folder, name)) || existsSync(join(folder, `${name}.exe`))),
  );
}

function run(program, args, options = {}) {
  return spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // npm is a script on Windows; the arguments are all constants of this file.
    shell: process.platform === 'win32',
    ...options,
  }).status;
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** What npm last wrote about node_modules, against what the lock file asks for. */
function packagesAreCurrent() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  // npm writes this file last, so an interrupted install counts as missing.
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) =>
      folder === '' || (installed[folder] === undefined ? optional : installed[folder].version === version),
  );
}

function ensurePackages() {
  if (packagesAreCurrent()) return;
  console.log('Installing the npm packages of the lock file …');
  const status = run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (status !== 0) {
    console.error('npm ci failed; nothing can run without the packages.');
    process.exit(status ?? 1);
  }
}

/** How apt-get may be called here without a question: as root, or on a CI machine with sudo. */
function aptGet() {
  if (!existsSync('/etc/debian_version') || !onPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  const maySudo =
    process.env.CI === 'true' && onPath('sudo') && run('sudo', ['-n', 'true'], { stdio: 'ignore' }) === 0;
  return maySudo ? ['sudo', '-n', 'apt-get'] : undefined;
}

function install(apt, names) {
  const [program, ...args] = [...apt, '-o', 'DPkg::Lock::Timeout=120'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  run(program, [...args, '-q', 'update'], quiet);
  const installed =
    run(program, [...args, '-qy', '--no-install-recommends', 'install', ...names], quiet) === 0;
  // One package that this system does not know must not keep the others away.
  if (!installed && names.length > 1) {
    for (const name of names)
      run(program, [...args, '-qy', '--no-install-recommends', 'install', name], quiet);
  }
}

function ensureSystemPackages() {
  const missing = () => SYSTEM_PACKAGES.filter(({ isPresent }) => !isPresent());
  const names = missing().map(({ name }) => name);
  if (names.length === 0) return;
  const apt = aptGet();
  if (apt !== undefined) {
    console.log(`Installing ${names.join(' ')} …`);
    install(apt, names);
  }
  for (const { name, purpose } of missing()) {
    console.log(`Not installed: ${name} (${purpose}). Tests that need it are skipped and counted.`);
  }
  if (apt === undefined) console.log(`On Debian or Ubuntu: sudo apt-get install ${names.join(' ')}`);
}

ensurePackages();
ensureSystemPackages();
