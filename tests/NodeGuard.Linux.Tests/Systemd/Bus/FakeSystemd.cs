using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

/// <summary>systemd's manager on a bus of the test's own: it starts nothing, writes what a test wants, and ends when it is told.</summary>
internal sealed class FakeSystemd : IDisposable
{
    private const string Name = "org.freedesktop.systemd1";
    private const string Manager = "/org/freedesktop/systemd1";
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private nint _bus;

    public FakeSystemd(string address)
    {
        _thread = new Thread(() => Serve(address)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>What the unit writes to standard output and standard error.</summary>
    public (byte[] Output, byte[] Complaint) Writes { get; set; } = ([], []);

    /// <summary>Of the unit and of its service.</summary>
    public ConcurrentDictionary<string, object> Properties { get; } = new(StringComparer.Ordinal)
    {
        ["ActiveState"] = "inactive",
        ["Result"] = "success",
        ["ExecMainCode"] = 1,
        ["ExecMainStatus"] = 0,
        ["ExecMainExitTimestamp"] = 0UL,
    };

    /// <summary>The error that a start is answered with.</summary>
    public string? Refuses { get; set; }

    /// <summary>Its name.</summary>
    public string RefusesAs { get; set; } = "org.freedesktop.DBus.Error.AccessDenied";

    /// <summary>Tell the end of the job at once.</summary>
    public bool EndsAtOnce { get; set; } = true;

    /// <summary>The member and the unit of each call.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The properties of the last start, by name.</summary>
    public Dictionary<string, object> Started { get; private set; } = [];

    public Task Ready => _ready.Task;

    public Task StartedTask => _started.Task;

    public string Unit { get; private set; } = "";

    public void EndJob(string unit) => _orders.Enqueue(() => TellEnd(unit));

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Serve(string address)
    {
        Must(SdBus.New(ref _bus));
        Must(SdBus.SetAddress(_bus, address));
        Must(SdBus.SetBusClient(_bus, 1));
        Must(SdBus.Start(_bus));
        if (SdBusService.RequestName(_bus, Name, 0) < 0)
        {
            _ready.SetException(new InvalidOperationException($"{Name} could not be had at {address}"));
            return;
        }

        _ready.SetResult();
        while (!_stopping)
        {
            while (_orders.TryDequeue(out Action? order))
                order();
            while (SdBus.Process(_bus, out nint message) > 0)
            {
                if (message == 0)
                    continue;
                if (SdBus.GetMessageType(message, out byte type) >= 0 && type == 1)
                    Answer(message);
                SdBus.UnrefMessage(message);
            }

            SdBus.Wait(SdBus.GetDescriptor(_bus), (short)Math.Max(0, SdBus.GetEvents(_bus)), -1, Turn);
        }

        SdBus.Close(_bus);
        SdBus.Unref(_bus);
    }

    private void Answer(nint call)
    {
        string member = Marshal.PtrToStringUTF8(SdBus.GetMember(call))!;
        var values = BodyReader.Read(call);
        switch (member)
        {
            case "StartTransientUnit":
                Start(call, values);
                break;
            case "Get":
                Reply(call, message => AppendVariant(message, Properties.GetValueOrDefault((string)values[1])));
                break;
            case "Subscribe":
                Reply(call, static _ => { });
                break;
            default:
                Calls.Enqueue($"{member} {values.FirstOrDefault()}");
                Reply(call, static _ => { });
                break;
        }
    }

    private void Start(nint call, List<object> values)
    {
        Unit = (string)values[0];
        Started = ((List<object>)values[2]).Cast<List<object>>().ToDictionary(pair => (string)pair[0], pair => pair[1], StringComparer.Ordinal);
        Calls.Enqueue($"StartTransientUnit {Unit}");
        if (Refuses is { } error)
        {
            SdBusService.NewError(call, out nint refused, RefusesAs, error);
            SdBus.Send(_bus, refused, out _);
            SdBus.UnrefMessage(refused);
        }
        else
        {
            Write("StandardOutputFileDescriptor", Writes.Output);
            Write("StandardErrorFileDescriptor", Writes.Complaint);
            Reply(call, static message => SdBus.AppendText(message, (byte)'o', "/org/freedesktop/systemd1/job/1"));
            if (EndsAtOnce)
                TellEnd(Unit);
        }

        _started.TrySetResult();
    }

    private void Write(string property, byte[] content)
    {
        using var handle = (SafeFileHandle)Started[property];
        RandomAccess.Write(handle, content, 0);
    }

    private void TellEnd(string unit)
    {
        SdBusService.NewSignal(_bus, out nint signal, Manager, Name + ".Manager", "JobRemoved");
        SdBus.AppendNumber(signal, (byte)'u', 1);
        SdBus.AppendText(signal, (byte)'o', "/org/freedesktop/systemd1/job/1");
        SdBus.AppendText(signal, (byte)'s', unit);
        SdBus.AppendText(signal, (byte)'s', "done");
        SdBus.Send(_bus, signal, out _);
        SdBus.UnrefMessage(signal);
    }

    private void Reply(nint call, Action<nint> append)
    {
        SdBusService.NewReturn(call, out nint message);
        append(message);
        SdBus.Send(_bus, message, out _);
        SdBus.UnrefMessage(message);
    }

    private static void Must(int result)
    {
        if (result < 0)
            throw new InvalidOperationException($"sd-bus refused: {Marshal.GetPInvokeErrorMessage(-result)}");
    }

    private static void AppendVariant(nint message, object? value)
    {
        (char type, ulong number) = value switch
        {
            int signed => ('i', unchecked((uint)signed)),
            ulong unsigned => ('t', unsigned),
            _ => ('s', 0UL),
        };
        Must(SdBus.OpenContainer(message, (byte)'v', type.ToString()));
        if (type == 's')
            SdBus.AppendText(message, (byte)'s', value as string ?? "");
        else
            SdBus.AppendNumber(message, (byte)type, number);
        Must(SdBus.CloseContainer(message));
    }

    /// <summary>A body as values; a descriptor is a handle of its own.</summary>
    private static class BodyReader
    {
        public static List<object> Read(nint message)
        {
            var values = new List<object>();
            while (SdBus.PeekType(message, out byte type, out nint contents) > 0)
            {
                if ((char)type is 'a' or 'r' or 'e' or 'v')
                {
                    Must(SdBus.EnterContainer(message, type, contents));
                    List<object> inner = Read(message);
                    Must(SdBus.ExitContainer(message));
                    values.Add((char)type == 'v' ? inner[0] : inner);
                    continue;
                }

                ulong raw = 0;
                SdBus.ReadBasic(message, type, ref raw);
                values.Add((char)type switch
                {
                    's' or 'o' or 'g' => Marshal.PtrToStringUTF8((nint)raw)!,
                    'b' => (uint)raw != 0,
                    'h' => File.OpenHandle($"/proc/self/fd/{(uint)raw}", FileMode.Open, FileAccess.Write),
                    _ => raw,
                });
            }

            return values;
        }
    }
}
