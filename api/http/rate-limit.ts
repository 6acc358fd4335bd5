import type { Request, Response } from "express";
import { Problem } from "../problem.ts";
import { type Allowance, createAllowances, type Spent } from "./allowance.ts";
import { bearerOf, madeToken } from "./authentication.ts";
import type { Principal } from "./permissions.ts";

/** Limits how fast a token is used, and how fast tokens can be guessed. It counts in this process alone. */
export interface RateLimit {
  /** @throws Problem 429 where the address had too many tokens refused and this one could be a guess */
  admit(request: Request): void;
  refused(request: Request): void;
  /** @throws Problem 429 where the principal asks too fast */
  spend(principal: Principal, response: Response): void;
}

const minuteMs = 60_000;

/** 500 a second over a whole minute: far above what a person or a dashboard asks, and below what one process can answer. */
export const defaultRateLimit = 30_000;

/**
 * Refused tokens per address. A person who mistypes stays far below; a guesser gets 60 tries, then one a second.
 */
const failures: Allowance = { quota: 60, windowMs: minuteMs };

/** Some 100 bytes each: 2 MB in all. */
const capacity = 10_000;

/** @param perMinute requests of one principal */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const allowance = { quota: perMinute, windowMs: minuteMs };
  const principals = createAllowances(allowance, capacity, now);
  const addresses = createAllowances(failures, capacity, now);
  const policy = `"principal";q=${perMinute};w=${minuteMs / 1000}`;
  return {
    admit(request) {
      // Not a guess; and so one client with a deleted token behind a proxy doesn't shut out the others.
      if (madeToken.test(bearerOf(request) ?? "")) return;
      const found = addresses.look(addressOf(request));
      if (!found.allowed)
        throw tooMany("Too many tokens of this address were refused.", found, {
          quota: failures.quota,
          name: "address",
        });
    },
    refused(request) {
      addresses.spend(addressOf(request));
    },
    spend(principal, response) {
      const spent = principals.spend(principal.id);
      // draft-ietf-httpapi-ratelimit-headers-10: what holds, and what is left of it.
      response.set("RateLimit-Policy", policy);
      response.set("RateLimit", `"principal";r=${spent.remaining};t=${Math.ceil(spent.fullAfterMs / 1000)}`);
      if (!spent.allowed) {
        throw tooMany(`The token ${principal.name} asks too fast: ${perMinute} requests a minute are allowed.`, spent);
      }
    },
  };
}

function addressOf(request: Request): string {
  return prefixOf(request.ip ?? "unknown");
}

/** Of an IPv6 address its /64, which is the least that one subscriber has. */
function prefixOf(address: string): string {
  if (!address.includes(":") || address.startsWith("::ffff:")) return address;
  const [head = "", tail = ""] = address.split("::");
  const first = head.split(":").filter(Boolean);
  const last = tail.split(":").filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  return [...first, ...(address.includes("::") ? zeros : []), ...last].slice(0, 4).join(":");
}

function tooMany(what: string, { retryAfterMs, fullAfterMs }: Spent, of?: { quota: number; name: string }): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new Problem("too-many-requests", `${what} Try again in ${seconds} s.`, {
    headers: {
      "Retry-After": String(seconds),
      ...(of === undefined
        ? {}
        : {
            "RateLimit-Policy": `"${of.name}";q=${of.quota};w=${minuteMs / 1000}`,
            RateLimit: `"${of.name}";r=0;t=${Math.ceil(fullAfterMs / 1000)}`,
          }),
    },
  });
}
