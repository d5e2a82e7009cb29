using System.Text;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Files;

namespace NodeGuard.Agent.Updates;

/// <summary>What the fleet has said of the hold.</summary>
public enum FleetHoldState
{
    /// <summary>It has no part in it.</summary>
    None,

    Hold,

    /// <summary>It let go, and what was held for it has yet to be taken away.</summary>
    LetGo,
}

/// <summary>
/// `fleet-hold` of the state directory: a node that boots, or has lost the API server, goes on holding what the fleet wanted
/// held (invariants 8 and 9).
/// </summary>
public sealed class FleetHold(string stateDirectory)
{
    private const string Held = "hold\n";
    private const string LetGo = "let go\n";

    private readonly string _path = Path.Combine(stateDirectory, "fleet-hold");
    private FleetHoldState? _state;

    /// <summary>What cannot be read counts as held: nothing begins to update because a disk is bad.</summary>
    public FleetHoldState State => _state ??= Read();

    /// <summary>Where the fleet's word leads: a hold that ends has to be taken away, and what was never held has not.</summary>
    public static FleetHoldState After(FleetHoldState state, bool held) =>
        held ? FleetHoldState.Hold : state == FleetHoldState.Hold ? FleetHoldState.LetGo : state;

    /// <summary>Who says off or hold on the host itself is obeyed. What was held for the fleet goes with its wish.</summary>
    public static HoldMode Effective(HoldMode configured, FleetHoldState fleet) => (configured, fleet) switch
    {
        (HoldMode.Observe, FleetHoldState.Hold) => HoldMode.Hold,
        (HoldMode.Observe, FleetHoldState.LetGo) => HoldMode.Off,
        _ => configured,
    };

    /// <returns>Null when it is noted down; otherwise why not: it counts all the same until the agent ends.</returns>
    public string? Set(FleetHoldState state)
    {
        _state = state;
        try
        {
            if (state == FleetHoldState.None)
            {
                File.Delete(_path);
                return null;
            }

            DurableFile.Replace(_path, file => file.Write(Encoding.UTF8.GetBytes(state == FleetHoldState.Hold ? Held : LetGo)));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_path} cannot be written, and the fleet's hold ends with the agent: {e.Message}";
        }
    }

    private FleetHoldState Read()
    {
        try
        {
            return File.ReadAllText(_path) == LetGo ? FleetHoldState.LetGo : FleetHoldState.Hold;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return FleetHoldState.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FleetHoldState.Hold;
        }
    }
}
