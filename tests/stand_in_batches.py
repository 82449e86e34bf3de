"""Requests joined into batches, as TensorFlow Serving does with --enable_batching."""

import concurrent.futures
import queue
import threading
import time

import numpy as np
import tensorflow as tf


class Batches:
    """Answers requests of one signature together; one that fails fails for all of them.

    As in the real one, a request whose inputs differ in their number of rows is refused
    alone, before it is put into a batch; arrays of different shapes fail their batch; and
    a batch is filled up to the next power of two with a row of its last request.

    Args:
      call: function of tensors by name, giving arrays by name.
      most_rows: of a batch; a power of two.
      wait: seconds for which a batch is kept open.
    """

    def __init__(self, call, most_rows=8, wait=0.005):
        self._call, self._most_rows, self._wait = call, most_rows, wait
        self._queue = queue.Queue()
        self.sizes = []  # requests in each batch
        threading.Thread(target=self._work, daemon=True).start()

    def run(self, inputs):
        """Arrays by name of a request's rows. Raises what its batch raised."""
        inputs = {name: np.asarray(value) for name, value in inputs.items()}
        numbers = {len(value) for value in inputs.values()}
        if len(numbers) != 1:
            raise tf.errors.InvalidArgumentError(
                None, None, "Batching input tensors must have equal 0th-dimension size"
            )
        answer = concurrent.futures.Future()
        self._queue.put((inputs, numbers.pop(), answer))
        return answer.result()

    def _work(self):
        left = None
        while True:
            batch = [left or self._queue.get()]
            left, rows, end = None, batch[0][1], time.monotonic() + self._wait
            while rows < self._most_rows:
                try:
                    item = self._queue.get(timeout=max(end - time.monotonic(), 0))
                except queue.Empty:
                    break
                if rows + item[1] > self._most_rows:
                    left = item
                    break
                batch.append(item)
                rows += item[1]
            self._answer(batch, rows)

    def _answer(self, batch, rows):
        self.sizes.append(len(batch))
        size = 1 << (rows - 1).bit_length() if rows else 0
        try:
            inputs = {}
            for name in batch[0][0]:
                values = [inputs[name] for inputs, _, _ in batch]
                values += [values[-1][:1]] * (size - rows)
                inputs[name] = tf.constant(np.concatenate(values))
            outputs = self._call(inputs)
        except Exception as error:
            for *_, answer in batch:
                answer.set_exception(error)
            return
        begin = 0
        for _, number, answer in batch:
            rows_of_it = slice(begin, begin + number)
            answer.set_result({name: x[rows_of_it] for name, x in outputs.items()})
            begin += number
