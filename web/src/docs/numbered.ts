// Tells the library of `/redoc`, in its own word, the number without which no style counts; it must be imported first.

Object.assign(globalThis, { litNonce: document.querySelector('script')?.nonce });
