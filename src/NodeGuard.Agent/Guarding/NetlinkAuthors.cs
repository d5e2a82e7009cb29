using NodeGuard.Core.Routing;
using NodeGuard.Linux.Systemd;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Tells who sent a request from the netlink portid that its notification carries. The portids of networkd's sockets
/// are found by the loop that follows networkd; between its start and that finding, an unknown portid is looked up here,
/// because networkd flushes at once: from the socket of PID 1, or without a socket unit from one that it binds (its pid).
/// </summary>
internal sealed class NetlinkAuthors
{
    // Short-lived `ip` processes each bring a portid of their own; a handful is enough to spare repeated look-ups.
    private const int Remembered = 64;
    private const long RememberedFor = 1_000_000_000;

    private readonly string _procRoot;
    private readonly uint[] _strangers = new uint[Remembered];
    private readonly long[] _strangersSince = new long[Remembered];
    private uint[] _networkd = [];
    private int _nextStranger;

    public NetlinkAuthors(string procRoot) => _procRoot = procRoot;

    /// <summary>Portid of the agent's request socket.</summary>
    public uint OwnPortId { get; set; }

    public IReadOnlyList<uint> Networkd => _networkd;

    public void SetNetworkd(uint[] portIds)
    {
        _networkd = portIds;
        Array.Clear(_strangers);
    }

    /// <summary>
    /// networkd has ended. A portid that was its pid may soon be another's; the socket that PID 1 made for it stays, and
    /// the next networkd flushes with it before any look at its descriptors.
    /// </summary>
    public void ForgetProcess(int pid)
    {
        _networkd = [.. _networkd.Where(portId => portId != (uint)pid)];
        Array.Clear(_strangers);
    }

    public Deleter Of(uint portId, long now)
    {
        if (portId == 0)
        {
            return Deleter.Kernel;
        }

        if (portId == OwnPortId)
        {
            return Deleter.Self;
        }

        if (_networkd.AsSpan().Contains(portId))
        {
            return Deleter.Networkd;
        }

        return IsNetworkd(portId, now) ? Deleter.Networkd : Deleter.OtherProcess;
    }

    private bool IsNetworkd(uint portId, long now)
    {
        int known = _strangers.AsSpan().IndexOf(portId);
        if (known >= 0 && now - _strangersSince[known] < RememberedFor)
        {
            return false;
        }

        if (portId == 1 ? NetworkdSockets.ListensAsNetworkd(_procRoot, portId) : ProcessIsNetworkd(portId))
        {
            _networkd = [.. _networkd, portId];
            return true;
        }

        int slot = known >= 0 ? known : _nextStranger++ % Remembered;
        _strangers[slot] = portId;
        _strangersSince[slot] = now;
        return false;
    }

    /// <summary>
    /// True when the pid of this number is networkd. Enough only because a portid that equals a live pid was bound by
    /// that process: a second socket of any process gets a negative one.
    /// </summary>
    private bool ProcessIsNetworkd(uint portId)
    {
        if (portId is <= 1 or > int.MaxValue)
        {
            return false;
        }

        try
        {
            // comm is cut to 15 characters; any process may take the name, but only root may delete rules at all.
            return File.ReadAllText($"{_procRoot}/{portId}/comm").TrimEnd() == "systemd-network";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
