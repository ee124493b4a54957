/** A value that components can follow. */

import { useSyncExternalStore } from "react";

export class Store<T extends object> {
  private readonly followers = new Set<() => void>();

  constructor(private value: T) {}

  readonly get = (): T => this.value;

  readonly follow = (told: () => void): (() => void) => {
    this.followers.add(told);
    return () => this.followers.delete(told);
  };

  set(change: Partial<T>): void {
    this.value = { ...this.value, ...change };
    this.followers.forEach((told) => told());
  }
}

export function useStore<T extends object>(store: Store<T>): T {
  return useSyncExternalStore(store.follow, store.get);
}
