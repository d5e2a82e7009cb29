namespace NodeGuard.Kubernetes.Credentials.Material;

/// <summary>
/// A value made of files that others rotate. It is looked at again every ten seconds and stays the same instance while
/// the bytes are the same. What cannot be read or is half written leaves the last good value until the server refuses it.
/// </summary>
internal sealed class Reread<T>(IReadOnlyList<ByteSource> sources, Func<IReadOnlyList<byte[]>, Outcome<T>> parse, TimeProvider time)
    where T : class
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private byte[][] _bytes = [];
    private Outcome<T> _last;
    private long? _looked;
    private bool _refused;

    public Outcome<T> Get()
    {
        lock (_lock)
        {
            if (_looked is { } looked && !_refused && time.GetElapsedTime(looked) < Interval)
                return _last;
            _looked = time.GetTimestamp();
            var next = Read();
            if (next.Problem is null || _last.Value is null || _refused)
                _last = next;
            _refused = false;
            return _last;
        }
    }

    /// <summary>The server did not take it: look at once, and let go of a value that has no file any more.</summary>
    public void Forget()
    {
        lock (_lock)
            _refused = true;
    }

    private Outcome<T> Read()
    {
        var bytes = new byte[sources.Count][];
        for (var i = 0; i < bytes.Length; i++)
        {
            var (content, problem) = sources[i].Read();
            if (problem is not null)
                return Outcome<T>.Failed(problem);
            bytes[i] = content!;
        }

        if (_last.Value is not null && Same(bytes))
            return _last;
        var parsed = parse(bytes);
        if (parsed.Problem is null)
            _bytes = bytes;
        return parsed;
    }

    private bool Same(byte[][] bytes) =>
        bytes.Length == _bytes.Length && bytes.Zip(_bytes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}
