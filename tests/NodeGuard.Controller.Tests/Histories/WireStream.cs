namespace NodeGuard.Controller.Tests.Histories;

/// <summary>The body of an answer on its way: the server writes, the client reads, on the threads of their own processes.</summary>
internal sealed class WireStream : Stream
{
    private readonly LinkedList<ReadOnlyMemory<byte>> _chunks = new();
    private TaskCompletionSource _news = new();
    private bool _ended;
    private bool _cut;

    /// <summary>Called when the client has closed it.</summary>
    public Action Closed { get; set; } = static () => { };

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The server has said all.</summary>
    public void End()
    {
        _ended = true;
        _news.TrySetResult();
    }

    /// <summary>The connection broke.</summary>
    public void Cut()
    {
        _cut = true;
        _news.TrySetResult();
    }

    public byte[] TakeAll()
    {
        using var all = new MemoryStream();
        foreach (ReadOnlyMemory<byte> chunk in _chunks)
            all.Write(chunk.Span);
        return all.ToArray();
    }

    public override void Write(byte[] buffer, int offset, int count) => Add(buffer.AsMemory(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Add(buffer.AsMemory(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Add(buffer);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_cut)
                throw new IOException("the connection was cut");
            if (_chunks.First is { } first)
            {
                int count = Math.Min(first.Value.Length, buffer.Length);
                first.Value[..count].CopyTo(buffer);
                first.Value = first.Value[count..];
                if (first.Value.IsEmpty)
                    _chunks.RemoveFirst();
                return count;
            }

            if (_ended)
                return 0;
            await _news.Task.WaitAsync(cancellationToken);
            _news = new TaskCompletionSource();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a virtual wire cannot block");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Closed();
        base.Dispose(disposing);
    }

    private void Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > 0)
            _chunks.AddLast(bytes.ToArray());
        _news.TrySetResult();
    }
}
