namespace NodeGuard.Controller.Tests;

/// <summary>The moments of a recycle in which something may come between.</summary>
public enum PhaseMoment
{
    /// <summary>It was given its slot, and is still Pending.</summary>
    Pending,

    /// <summary>The phase was written, and nothing of it was done.</summary>
    Cordoned,
    Draining,
    Acting,

    /// <summary>Acting, and it is written that the machine is asked for something.</summary>
    Asked,
    Verifying,
}
