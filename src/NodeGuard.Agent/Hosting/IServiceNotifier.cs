namespace NodeGuard.Agent.Hosting;

/// <summary>What the service manager wants to know; every call is nothing when there is none.</summary>
public interface IServiceNotifier
{
    /// <summary>Half of what the service manager allows, or null when it does not watch.</summary>
    TimeSpan? WatchdogInterval { get; }

    void Ready(string status);

    void Status(string status);

    void Watchdog();

    void Reloading();

    void Stopping();
}
