/** How long a controller may take to ping its CAN bus: 255 pings of 10 ms, and up to 4.2 s on a dead bus (facts 14). */
export const PING_TIMEOUT_MS = 6000;
