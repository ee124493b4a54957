/** Where the page itself has a fault, it says so and offers to begin anew; it is never just empty. */

import { Component, type ReactNode } from "react";
import { useTexts } from "../texts/use";

export class Mishap extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Sorry /> : this.props.children;
  }
}

function Sorry(): ReactNode {
  const { texts } = useTexts();
  return (
    <main className="sorry" role="alert">
      <h1>{texts.mishap.title}</h1>
      <p>{texts.mishap.why}</p>
      <button type="button" className="button solid" onClick={() => location.reload()}>
        {texts.mishap.reload}
      </button>
    </main>
  );
}
